// Unpacks the Chromium of an npm package into the folder of TMPDIR, and prints its path.
"use strict";

async function main() {
  const chromium = require("@sparticuz/chromium");
  console.log(await chromium.executablePath());
}

main().catch((error) => {
  console.error(error.message);
  process.exit(1);
});
