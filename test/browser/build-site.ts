import { build } from 'vite'
import { findChromium } from './browser'

/** Builds the site that the tests drive, unless $SITE names the folder of a built one. Without a browser there is nothing to drive. */
export default async function buildSite() {
  if (!findChromium()) {
    console.warn('No Chromium found (set CHROMIUM to its path): the browser tests are skipped.')
    return
  }
  if (process.env.SITE) return
  // Vitest says `test`, for which React would come with its development checks: the site is tested as it is published.
  process.env.NODE_ENV = 'production'
  await build({ logLevel: 'warn' })
}
