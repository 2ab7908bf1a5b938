// What a person at the page waits for, in a real browser: `npm run build && node test/bench/browser.mjs [--pods 1000] [--dist dist]`.
// Time to a prompt; how long a key takes to be echoed while a Deployment rolls; how long `kubectl get pods` and Tab take. Wall clock, so of
// use only on a quiet machine; medians and the slowest of each.
import { existsSync, readFileSync } from 'node:fs'
import { createServer } from 'node:http'
import { cpus, loadavg } from 'node:os'
import { extname, join } from 'node:path'
import { chromium } from 'playwright-core'

const argument = (name, otherwise) => (process.argv.includes(`--${name}`) ? process.argv[process.argv.indexOf(`--${name}`) + 1] : otherwise)
const pods = Number(argument('pods', '1000'))
const dist = argument('dist', 'dist')
const executablePath = [process.env.CHROMIUM, '/usr/bin/chromium', '/usr/bin/chromium-browser', '/usr/bin/google-chrome'].find(
  (path) => path && existsSync(path),
)
if (!executablePath || !existsSync(join(dist, 'index.html'))) {
  console.error(executablePath ? `no ${dist}/index.html: run \`npm run build\` first` : 'no Chromium found (set $CHROMIUM to one)')
  process.exit(2)
}

const types = { '.html': 'text/html', '.js': 'text/javascript', '.css': 'text/css', '.woff2': 'font/woff2', '.json': 'application/json' }
const server = createServer((request, response) => {
  const path = join(dist, new URL(request.url ?? '/', 'http://localhost').pathname.replace(/\/$/, '/index.html'))
  if (!existsSync(path)) return void response.writeHead(404).end()
  response.writeHead(200, { 'content-type': types[extname(path)] ?? 'application/octet-stream' }).end(readFileSync(path))
})
await new Promise((listening) => server.listen(0, '127.0.0.1', listening))
const address = `http://127.0.0.1:${server.address().port}/`
const browser = await chromium.launch({ executablePath, args: ['--no-sandbox', '--disable-gpu', '--disable-background-networking'] })

/** Opens the page as a new visitor; `window.told` remembers when each key went down and when the terminal's rows were drawn anew. */
async function visit(flags = '') {
  const page = await (await browser.newContext({ viewport: { width: 1440, height: 900 }, locale: 'en-GB' })).newPage()
  await page.addInitScript(() => {
    window.told = { keys: [], drawn: [], prompt: undefined }
    window.addEventListener('keydown', () => window.told.keys.push(performance.now()), { capture: true })
    const rows = () => document.querySelector('.xterm-rows')
    const watch = () => {
      const place = rows()
      if (!place) return requestAnimationFrame(watch)
      new MutationObserver(() => {
        const nowMs = performance.now()
        const text = place.textContent
        window.told.drawn.push([nowMs, text])
        if (text.includes('# ')) window.told.prompt ??= nowMs
      }).observe(place, { childList: true, subtree: true, characterData: true })
    }
    watch()
  })
  await page.goto(`${address}?seed=7&view=terminal&${flags}`)
  await page.waitForFunction(() => window.told.prompt !== undefined)
  return page
}

const sorted = (values) => values.toSorted((a, b) => a - b)
const show = (title, values) => {
  const all = sorted(values)
  const at = (share) => all[Math.min(all.length - 1, Math.floor(all.length * share))].toFixed(0)
  console.log(
    `${title.padEnd(62)} median ${at(0.5).padStart(5)} ms   95 % ${at(0.95).padStart(5)} ms   slowest ${all.at(-1).toFixed(0).padStart(5)} ms`,
  )
}

/** From the last key press to the first drawing after which `seen` holds of the screen's text. */
async function answer(page, press, seen) {
  await page.evaluate(() => (window.told.drawn = []))
  await press()
  await page.waitForFunction(
    (seen) => new RegExp(seen).test(document.querySelector('.xterm-rows').textContent.replaceAll('\u00a0', ' ')),
    seen,
    { polling: 20 },
  )
  return page.evaluate((seen) => {
    const { keys, drawn } = window.told
    return drawn.find(([, text]) => new RegExp(seen).test(text.replaceAll('\u00a0', ' ')))[0] - keys.at(-1)
  }, seen)
}

console.log(`${cpus().length} × ${cpus()[0].model}, load ${loadavg()[0].toFixed(1)}`)
const starts = []
for (let round = 0; round < 5; round++) {
  const page = await visit()
  starts.push(await page.evaluate(() => window.told.prompt))
  await page.context().close()
}
show('from navigation to the prompt (local files)', starts)

const page = await visit(`workers=20`)
await page.locator('.screen textarea').focus()
const type = async (line) => {
  await page.keyboard.type(line)
  await page.keyboard.press('Enter')
}
await type(`clear; kubectl create deployment big --image=nginx:1.26 --replicas=${pods} >/dev/null`)
await page.getByRole('button', { name: 'Speed 60×' }).click()
await page.waitForFunction((pods) => document.querySelectorAll('.pod[data-stage="running"]').length >= pods, pods, {
  timeout: 600_000,
  polling: 500,
})
await page.getByRole('button', { name: 'Speed 1×', exact: true }).click()
await page.locator('.screen textarea').focus()

const prints = []
const completions = []
for (let round = 0; round < 8; round++) {
  await type('clear')
  await page.waitForTimeout(700)
  await page.keyboard.type('kubectl get pods; echo do"ne"')
  prints.push(await answer(page, () => page.keyboard.press('Enter'), 'done'))
  await type('clear')
  await page.waitForTimeout(700)
  await page.keyboard.type('kubectl describe node node1')
  await page.keyboard.press('Tab')
  await page.keyboard.press('Control+c')
  await type('clear')
  await page.waitForTimeout(500)
  await page.keyboard.type('kubectl describe serv')
  completions.push(await answer(page, () => page.keyboard.press('Tab'), 'service'))
  await page.keyboard.press('Control+c')
}
show(`kubectl get pods of ${pods}, from Enter to the last line`, prints)
show('completion, from Tab to the completed word', completions)

await type('clear; kubectl set image deployment/big nginx=nginx:1.27 >/dev/null')
await page.waitForTimeout(2000)
const echoes = []
await page.keyboard.type('echo ')
for (let key = 0; key < 60; key++) {
  await page.evaluate(() => (window.told.drawn = []))
  await page.keyboard.press('x')
  await page.waitForFunction(() => window.told.drawn.length > 0, undefined, { polling: 5 })
  echoes.push(await page.evaluate(() => window.told.drawn[0][0] - window.told.keys.at(-1)))
  await page.waitForTimeout(90)
}
show(`a key’s echo while ${pods} Pods roll`, echoes)
await browser.close()
server.close()
