"""The networks. Fully convolutional, so the same file runs any batch and, for
lines, any width; only layers that
ocr/internal/onnx knows."""
import torch
from torch import nn


def block(inputs, outputs, stride=1, kernel=3):
    return nn.Sequential(nn.Conv2d(inputs, outputs, kernel, stride, kernel // 2, bias=False), nn.BatchNorm2d(outputs), nn.ReLU(inplace=True))


class Residual(nn.Module):
    """Two convolutions and the way round them."""

    def __init__(self, channels):
        super().__init__()
        self.first = block(channels, channels)
        self.second = nn.Sequential(nn.Conv2d(channels, channels, 3, 1, 1, bias=False), nn.BatchNorm2d(channels))

    def forward(self, planes):
        return torch.relu(planes + self.second(self.first(planes)))


class Digits(nn.Module):
    """Two 32×32 planes in, 12 logits out (as 12×1×1). About 15 million
    multiplications; narrow where the planes are large, wide where they are small."""

    def __init__(self):
        super().__init__()
        self.features = nn.Sequential(
            block(2, 32, stride=2, kernel=5), block(32, 32), nn.MaxPool2d(2),
            block(32, 80), Residual(80), nn.MaxPool2d(2), block(80, 128), Residual(128))
        self.head = nn.Sequential(nn.Dropout2d(.2), nn.Conv2d(128, 128, 4, bias=False), nn.BatchNorm2d(128), nn.ReLU(inplace=True),
                                  nn.Dropout2d(.2), nn.Conv2d(128, 12, 1))

    def forward(self, planes):
        return self.head(self.features(planes))


def export(net, example, path):
    """Writes ONNX, opset 11, weights in fp32, batch normalisation folded in."""
    net = net.eval()
    torch.onnx.export(net, example, path, opset_version=11, input_names=["input"], output_names=["output"], do_constant_folding=True)


class Lines(nn.Module):
    """A strip of one plane, 32 rows by any width, to logits of every symbol for
    every fourth column (as symbols×1×columns), for CTC."""

    def __init__(self, symbols):
        super().__init__()
        self.features = nn.Sequential(
            block(1, 20, stride=2, kernel=5), block(20, 40, stride=2), block(40, 48),
            block(48, 72, stride=(2, 1)), block(72, 96, stride=(2, 1)),
            nn.Conv2d(96, 112, (2, 3), padding=(0, 1), bias=False), nn.BatchNorm2d(112), nn.ReLU(inplace=True))
        self.context = nn.Sequential(nn.Conv2d(112, 112, (1, 5), padding=(0, 2), bias=False), nn.BatchNorm2d(112), nn.ReLU(inplace=True), nn.Dropout2d(.1))
        self.answer = nn.Conv2d(112, symbols, 1)

    def forward(self, strip):
        return self.answer(self.context(self.features(strip)))
