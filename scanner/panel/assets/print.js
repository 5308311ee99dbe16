// The report's print button; Ctrl+P does the same.
document.getElementById("print").addEventListener("click", () => window.print());
