// What a browser fetches before the terminal answers: index.html, what it loads at once, the terminal's chunk, and the worker with what the
// worker loads at once. Prints one row a file (gzip level 9; typefaces are compressed already) and the sum.
//
//   node scripts/bundle-size.mjs [dist] [--limit 400]
import { existsSync, readFileSync, readdirSync } from 'node:fs'
import { join } from 'node:path'
import { gzipSync } from 'node:zlib'

const { argv } = process
const limitAt = argv.indexOf('--limit')
const limitKiB = limitAt > 0 ? Number(argv[limitAt + 1]) : undefined
const dist = argv[2] && !argv[2].startsWith('--') ? argv[2] : 'dist'
if (!existsSync(join(dist, 'index.html'))) {
  console.error(`no ${dist}/index.html: run \`npm run build\` first`)
  process.exit(2)
}

const assets = readdirSync(join(dist, 'assets'))
const named = (start) => assets.filter((name) => name.startsWith(start))
const html = readFileSync(join(dist, 'index.html'), 'utf8')

/** Files that a page or a script names outright (static imports), not those it imports later. */
const staticImports = (text) => [...text.matchAll(/(?:^|[;}\s])(?:import|export)\s*(?:[^'"();]*?\sfrom\s*|[\w*{},\s$]*from)?["'`]\.\/([^"'`]+\.js)["'`]/g)].map(([, name]) => name)
const fromHtml = [...html.matchAll(/(?:src|href)="\.\/assets\/([^"]+)"/g)].map(([, name]) => name)

const wanted = new Set()
function want(name) {
  if (wanted.has(name) || !assets.includes(name)) return
  wanted.add(name)
  if (name.endsWith('.js')) for (const inner of staticImports(readFileSync(join(dist, 'assets', name), 'utf8'))) want(inner)
}
for (const name of [...fromHtml, ...named('terminal-screen-'), ...named('cluster.worker-')]) want(name)

const rows = [
  ['index.html', gzipSync(html, { level: 9 }).length],
  ...[...wanted].map((name) => [name, gzipSync(readFileSync(join(dist, 'assets', name)), { level: 9 }).length]),
]
const fonts = assets.filter((name) => name.endsWith('.woff2')).map((name) => [name, readFileSync(join(dist, 'assets', name)).length])
const sum = (list) => list.reduce((total, [, bytes]) => total + bytes, 0)
const line = (name, bytes) => console.log(`${(bytes / 1000).toFixed(1).padStart(9)} kB  ${name}`)
for (const [name, bytes] of rows) line(name, bytes)
line('before the terminal is usable (gzip)', sum(rows))
for (const [name, bytes] of fonts) line(`${name} (swapped in when it comes)`, bytes)
if (limitKiB !== undefined && sum(rows) > limitKiB * 1000) {
  console.error(`more than ${limitKiB} kB`)
  process.exit(1)
}
