// `npm run bench`: what the simulator costs, beside its peer in the same run. Each case runs in a process of its own; figures are CPU time
// (user + system) and heap, because machines are shared and noisy.   npm run bench -- --only rollout,list   --no-peer
import { spawnSync } from 'node:child_process'
import { existsSync, mkdirSync } from 'node:fs'
import { build } from 'vite'

const argument = (name) => process.argv[process.argv.indexOf(`--${name}`) + 1]
const only = process.argv.includes('--only') ? argument('only').split(',') : undefined
const withPeer = !process.argv.includes('--no-peer')
const cache = 'node_modules/.cache/bench'

/** Bundles a TypeScript entry for plain Node: the peer cannot be imported unbundled, and ours should not be measured with a loader. */
async function bundle(name) {
  mkdirSync(cache, { recursive: true })
  await build({
    configFile: false,
    logLevel: 'error',
    ssr: { noExternal: true },
    build: {
      ssr: `test/bench/${name}.ts`,
      outDir: cache,
      emptyOutDir: false,
      target: 'node20',
      rollupOptions: { output: { entryFileNames: `${name}.mjs` } },
    },
  })
  return `${cache}/${name}.mjs`
}

/** Runs one case and answers the JSON line it prints. */
function measure(file, name, size, limitMs = 300_000) {
  const { stdout, stderr, status } = spawnSync('node', ['--expose-gc', '--max-old-space-size=8192', file, name, String(size)], {
    encoding: 'utf8',
    timeout: limitMs,
  })
  const line = stdout.trim().split('\n').at(-1) ?? ''
  if (status !== 0) return { failed: stderr.trim().split('\n').at(-1) || `no answer within ${limitMs / 1000} s` }
  return JSON.parse(line)
}

const ours = await bundle('ours')
const peer = withPeer ? await bundle('peer') : undefined
const cases = [
  { name: 'rollout', title: 'Deployment to Ready, CPU a pod', sizes: [100, 1000, 10_000], peerSizes: [100, 1000] },
  { name: 'update', title: 'rolling update of a Deployment, CPU a pod', sizes: [1000], peerSizes: [] },
  { name: 'namespace', title: 'deletion of a namespace with a Deployment, CPU a pod', sizes: [1000], peerSizes: [] },
  {
    name: 'scheduling',
    title: 'Pods with affinity and spread on 500 nodes, API server and scheduler alone',
    sizes: [1000, 5000],
    peerSizes: [],
  },
  { name: 'settled', title: 'one virtual hour of a settled cluster with probes, CPU', sizes: [200], peerSizes: [] },
  { name: 'boot', title: 'boot of a cluster with as many workers', sizes: [3], peerSizes: [] },
  { name: 'api', title: 'API server alone, with as many Pods', sizes: [5000], peerSizes: [5000] },
].filter(({ name }) => !only || only.includes(name))

const show = (result) =>
  result.failed
    ? `failed: ${result.failed}`
    : Object.entries(result)
        .map(([key, value]) => `${key} ${typeof value === 'number' ? Number(value.toPrecision(3)) : value}`)
        .join(' · ')
for (const { name, title, sizes, peerSizes } of cases) {
  console.log(`\n${title}`)
  for (const size of sizes) {
    console.log(`  ${String(size).padStart(6)}  tabernetes   ${show(measure(ours, name, size))}`)
    if (peer && peerSizes.includes(size)) console.log(`  ${String(size).padStart(6)}  webernetes   ${show(measure(peer, name, size))}`)
  }
}
if (!only || only.includes('page')) {
  if (!existsSync('dist')) spawnSync('node_modules/.bin/vite', ['build', '--logLevel', 'warn'], { stdio: 'inherit' })
  console.log('\nWhat the page loads before the terminal is usable')
  spawnSync('node', ['scripts/bundle-size.mjs'], { stdio: 'inherit' })
}
