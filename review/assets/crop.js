// Cuts one field upright out of the page image, in the browser, so that what is
// shown enlarged is always the very image beside it.

/** The height of a crop with its margin, in pixels of the page image. */
export function cropHeight(quad, paper) {
  return (distance(quad[0], quad[3]) + distance(quad[1], quad[2])) / 2 + 2 * paper.picture.pixels_mm;
}

const distance = (a, b) => Math.hypot(a.x - b.x, a.y - b.y);

/**
 * Draws the quad and a margin round it into canvas, as large as fits into
 * maxWidth × maxHeight CSS pixels and at most five times life size. Returns the
 * enlargement against the paper.
 */
export function drawCrop(canvas, paper, quad, maxWidth, maxHeight) {
  const [topLeft, topRight, bottomRight, bottomLeft] = quad;
  const width = (distance(topLeft, topRight) + distance(bottomLeft, bottomRight)) / 2;
  const height = (distance(topLeft, bottomLeft) + distance(topRight, bottomRight)) / 2;
  if (!(width > 1 && height > 1) || !paper.width) return 0;
  const perMM = paper.picture.pixels_mm;
  const margin = perMM;
  const u = { x: (topRight.x - topLeft.x) / width, y: (topRight.y - topLeft.y) / width };
  const v = { x: (bottomLeft.x - topLeft.x) / height, y: (bottomLeft.y - topLeft.y) / height };
  const origin = { x: topLeft.x - (u.x + v.x) * margin, y: topLeft.y - (u.y + v.y) * margin };
  const life = 96 / 25.4 / perMM; // CSS pixels of one image pixel at life size
  const scale = Math.min(5 * life, maxWidth / (width + 2 * margin), maxHeight / (height + 2 * margin));
  const density = window.devicePixelRatio || 1;
  canvas.style.width = `${Math.round((width + 2 * margin) * scale)}px`;
  canvas.style.height = `${Math.round((height + 2 * margin) * scale)}px`;
  canvas.width = Math.round((width + 2 * margin) * scale * density);
  canvas.height = Math.round((height + 2 * margin) * scale * density);
  const determinant = u.x * v.y - u.y * v.x;
  const k = scale * density / determinant;
  // The inverse of the map that takes the crop's axes to u and v.
  const a = v.y * k, c = -v.x * k, b = -u.y * k, d = u.x * k;
  const context = canvas.getContext("2d");
  context.fillStyle = "#fff";
  context.fillRect(0, 0, canvas.width, canvas.height);
  context.imageSmoothingQuality = "high";
  context.setTransform(a, b, c, d, -(a * origin.x + c * origin.y), -(b * origin.x + d * origin.y));
  context.drawImage(paper.image, 0, 0, paper.width, paper.height);
  context.setTransform(1, 0, 0, 1, 0, 0);
  return scale / life;
}
