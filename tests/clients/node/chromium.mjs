// How Chromium is started in tests.

// No sandbox: tests run as root in a container. The rest keeps Chromium from calling home.
export const CHROMIUM_FLAGS = [
  "--no-sandbox",
  "--disable-gpu",
  "--disable-quic",
  "--no-first-run",
  "--disable-background-networking",
  "--disable-component-update",
  "--disable-sync",
];
