// The camera: its picture on the page, the outline into which the slip belongs,
// and the largest picture that it can take.

const a4 = 210 / 297;
const patience = 4000; // milliseconds that a camera may take over one photograph
const quality = 0.92;

/** Why there is no picture, by the name of the browser's error. */
const faults = {
  NotAllowedError: { fault: "camera_denied" }, SecurityError: { fault: "camera_denied" },
  NotFoundError: { fault: "camera_missing" }, OverconstrainedError: { fault: "camera_missing" },
  NotReadableError: { fault: "camera_busy" }, AbortError: { fault: "camera_busy" },
};

export class Finder {
  constructor(video, frame) {
    Object.assign(this, { video, frame, stream: null, covered: false });
    new ResizeObserver(() => this.outline()).observe(video);
    video.addEventListener("resize", () => this.outline()); // the tablet was turned
  }

  /** Starts the camera at the back. Returns {}, or which words say why it did not start. */
  async start() {
    this.stop();
    if (!navigator.mediaDevices?.getUserMedia) return { fault: "camera_insecure" };
    try {
      this.stream = await navigator.mediaDevices.getUserMedia({
        audio: false,
        video: { facingMode: { ideal: "environment" }, width: { ideal: 4096 }, height: { ideal: 4096 } },
      });
      this.video.srcObject = this.stream;
      await this.video.play();
    } catch (error) {
      this.stop();
      return faults[error.name] ?? { fault: "camera_missing" };
    }
    this.outline();
    return {};
  }

  stop() {
    this.stream?.getTracks().forEach((track) => track.stop());
    this.stream = null;
    this.video.srcObject = null;
  }

  /** Whether the camera's picture moves. */
  get running() { return this.stream?.getVideoTracks()[0]?.readyState === "live"; }

  /** Pixels on the shorter side of the camera's moving picture. */
  get shortSide() { return Math.min(this.video.videoWidth, this.video.videoHeight); }

  /** Says whether a picture that was taken lies over the camera's. */
  cover(covered) {
    this.covered = covered;
    if (covered) this.video.pause();
    else if (this.stream) this.video.play().catch(() => {}); // a camera that was let go meanwhile starts anew
    this.outline();
  }

  /** Lays the outline of a slip over the picture, as large as it fits, the way the picture lies. */
  outline() {
    const { videoWidth, videoHeight, clientWidth, clientHeight, offsetLeft, offsetTop } = this.video;
    this.frame.hidden = this.covered || !this.stream || !videoWidth;
    if (this.frame.hidden) return;
    const scale = Math.min(clientWidth / videoWidth, clientHeight / videoHeight);
    const width = videoWidth * scale, height = videoHeight * scale;
    const ratio = width > height ? 1 / a4 : a4;
    const across = 0.94 * Math.min(width, height * ratio);
    Object.assign(this.frame.style, {
      width: `${across}px`, height: `${across / ratio}px`,
      left: `${offsetLeft + (clientWidth - across) / 2}px`, top: `${offsetTop + (clientHeight - across / ratio) / 2}px`,
    });
  }

  /** Takes a picture: a JPEG as large as the camera makes it. */
  async take() {
    return await this.photograph() ?? this.still();
  }

  /** A photograph is larger than the moving picture; not every browser and camera takes one. */
  async photograph() {
    const track = this.stream.getVideoTracks()[0];
    if (typeof ImageCapture === "undefined") return null;
    const taking = (async () => {
      const capture = new ImageCapture(track);
      const { imageWidth, imageHeight } = await capture.getPhotoCapabilities();
      return capture.takePhoto(imageWidth?.max && imageHeight?.max ? { imageWidth: imageWidth.max, imageHeight: imageHeight.max } : {});
    })();
    taking.catch(() => {}); // when it fails after we gave up
    try {
      const blob = await Promise.race([taking, new Promise((_, reject) => { setTimeout(reject, patience); })]);
      const image = await createImageBitmap(blob);
      const large = Math.min(image.width, image.height) >= this.shortSide;
      try {
        if (!large) return null;
        return blob.type === "image/jpeg" ? blob : await jpeg(image, image.width, image.height);
      } finally {
        image.close();
      }
    } catch {
      return null;
    }
  }

  /** The moving picture as it is now. */
  still() { return jpeg(this.video, this.video.videoWidth, this.video.videoHeight); }
}

function jpeg(source, width, height) {
  const canvas = new OffscreenCanvas(width, height);
  canvas.getContext("2d", { alpha: false }).drawImage(source, 0, 0, width, height);
  return canvas.convertToBlob({ type: "image/jpeg", quality });
}
