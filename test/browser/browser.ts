import { existsSync, mkdirSync, readFileSync } from 'node:fs'
import { createServer, type Server } from 'node:http'
import { extname, join } from 'node:path'
import { chromium, type Browser, type BrowserContext, type Page } from 'playwright-core'
import { afterAll, afterEach, beforeAll, expect } from 'vitest'

const CANDIDATES = [
  process.env.CHROMIUM,
  '/usr/bin/chromium',
  '/usr/bin/chromium-browser',
  '/usr/bin/google-chrome',
  '/usr/bin/google-chrome-stable',
]

/** Where a Chromium is, or undefined. */
export const findChromium = (): string | undefined => CANDIDATES.find((path) => path && existsSync(path))

const FLAGS = [
  '--no-sandbox',
  '--disable-gpu',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
]

const TYPES: Readonly<Record<string, string>> = {
  '.html': 'text/html',
  '.js': 'text/javascript',
  '.css': 'text/css',
  '.svg': 'image/svg+xml',
  '.woff2': 'font/woff2',
  '.ttf': 'font/ttf',
  '.json': 'application/json',
}

/** Below a path of its own, as on a site that is somebody else's too. */
const BASE = '/some/where/'

function serveSite(): Promise<Server> {
  const server = createServer((request, response) => {
    const { pathname } = new URL(request.url ?? '/', 'http://localhost')
    const path = join(process.env.SITE ?? 'dist', pathname.startsWith(BASE) ? pathname.slice(BASE.length) || 'index.html' : 'outside')
    if (!existsSync(path)) return void response.writeHead(404).end()
    response.writeHead(200, { 'content-type': TYPES[extname(path)] ?? 'application/octet-stream' }).end(readFileSync(path))
  })
  return new Promise((resolve) => server.listen(0, '127.0.0.1', () => resolve(server)))
}

export interface Site {
  /** Opens the page as a new visitor. `flags` as in a link. */
  open(flags?: string, size?: readonly [width: number, height: number]): Promise<Visit>
}

export interface Visit {
  readonly page: Page
  /** Addresses outside the site that the page asked for, and errors it met. Both should stay empty. */
  readonly trouble: string[]
  readonly context: BrowserContext
}

/** A browser and the built site, for the tests of one file. */
export function useSite(): Site {
  let server: Server
  let browser: Browser
  let origin = ''
  const contexts: BrowserContext[] = []
  beforeAll(async () => {
    server = await serveSite()
    const address = server.address()
    origin = `http://127.0.0.1:${typeof address === 'object' && address ? address.port : 0}`
    browser = await chromium.launch({ executablePath: findChromium(), args: FLAGS })
  })
  // A page that nobody looks at any more must not go on simulating beside the next one.
  afterEach(async () => {
    for (const context of contexts.splice(0)) await context.close()
  })
  afterAll(async () => {
    await browser?.close()
    server?.close()
  })
  return {
    async open(flags = '', [width, height] = [1440, 900]) {
      const context = await browser.newContext({ viewport: { width, height }, locale: 'en-GB', hasTouch: width < 500 })
      contexts.push(context)
      const page = await context.newPage()
      const trouble: string[] = []
      page.on('request', (request) => {
        if (!request.url().startsWith(origin) && !/^(blob|data):/.test(request.url())) trouble.push(`asked for ${request.url()}`)
      })
      page.on('pageerror', (error) => trouble.push(error.stack ?? error.message))
      page.on('console', (message) => message.type() === 'error' && trouble.push(message.text()))
      await page.goto(`${origin}${BASE}?seed=7&${flags}`)
      await page.waitForSelector('.status-bar:has-text("Ready")')
      return { page, trouble, context }
    },
  }
}

/** What the terminal in front shows: its lines, those that were too long for the screen put together again. */
export async function screenOf(page: Page): Promise<string> {
  const { rows, columns } = await page.locator('.screen[data-active="true"]').evaluate((screen) => {
    const place = screen.querySelector<HTMLElement>('.xterm-rows')
    const measure = screen.querySelector<HTMLElement>('.xterm-char-measure-element')
    const cell = measure ? measure.getBoundingClientRect().width / (measure.textContent?.length || 1) : 0
    return {
      rows: [...(place?.children ?? [])].map((row) => row.textContent ?? ''),
      columns: place && cell ? Math.round(place.clientWidth / cell) : 0,
    }
  })
  const lines = rows.map((row) => row.replaceAll('\u00a0', ' ').trimEnd())
  return lines.reduce((text, line) => text + line + (line.length >= columns && columns > 0 ? '' : '\n'), '').trimEnd()
}

/** Types a line into the terminal in front and presses Enter. */
export async function type(page: Page, line: string) {
  await page.locator('.screen[data-active="true"] textarea').focus()
  await page.keyboard.type(line)
  await page.keyboard.press('Enter')
}

/** Waits until the terminal in front shows something. */
export async function shows(page: Page, what: string | RegExp, timeout = 30_000) {
  await expect.poll(() => screenOf(page), { timeout, interval: 100 }).toMatch(what)
}

/** Keeps a picture for somebody to look at. */
export async function picture(page: Page, name: string) {
  mkdirSync('test/browser/screenshots', { recursive: true })
  await page.screenshot({ path: `test/browser/screenshots/${name}.png` })
}
