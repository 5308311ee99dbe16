# syntax=docker/dockerfile:1
# Build: the compiler and the headers stay in this stage.
FROM golang:1.26-bookworm AS build
RUN apt-get update && apt-get install -y --no-install-recommends \
        pkg-config libopencv-dev libtesseract-dev libleptonica-dev libjpeg-dev \
    && rm -rf /var/lib/apt/lists/*
WORKDIR /src
COPY go.mod go.sum ./
RUN go mod download
COPY . .
RUN go build -trimpath -o /sesshu ./cmd/sesshu

# Native libraries at run time, without headers.
FROM debian:12-slim AS runtime
RUN apt-get update && apt-get install -y --no-install-recommends \
        ca-certificates poppler-utils tesseract-ocr-eng tesseract-ocr-jpn \
        fonts-ipaexfont fonts-noto-cjk fonts-ocr-b fonts-dejavu-core fonts-liberation \
        libtesseract5 libjpeg62-turbo libopencv-core406 libopencv-imgproc406 libopencv-imgcodecs406 libopencv-calib3d406 \
        libopencv-dnn406 libopencv-features2d406 libopencv-flann406 libopencv-ml406 libopencv-objdetect406 \
        libopencv-photo406 libopencv-highgui406 libopencv-shape406 libopencv-stitching406 libopencv-superres406 \
        libopencv-video406 libopencv-videoio406 libopencv-videostab406 libopencv-viz406 libopencv-contrib406 \
    && rm -rf /var/lib/apt/lists/* \
    && useradd --system --uid 10001 --create-home --home-dir /var/lib/sesshu sesshu
COPY --from=build /sesshu /usr/local/bin/sesshu

# The service. It needs DATABASE_URL: a PostgreSQL beside it, see compose.yaml.
FROM runtime
USER sesshu
ENV SESSHU_STATE_DIR=/var/lib/sesshu
VOLUME /var/lib/sesshu
EXPOSE 8080
ENTRYPOINT ["sesshu"]
CMD ["serve", "--listen", "0.0.0.0:8080"]
