import './tiering'
import { runCommand } from './run'
import { serveCommand } from './serve'
import { shellCommand } from './shell'
import { packCommand } from './pack'
import { runKubectl } from './kubectl-driver'
import { UsageError } from './options'

const commands: Readonly<Record<string, (args: readonly string[]) => Promise<number>>> = {
  run: runCommand,
  shell: shellCommand,
  serve: serveCommand,
  pack: packCommand,
  kubectl: runKubectl,
}

const usage = `usage: sim COMMAND

  run FILE [ARG...]    boots a cluster and runs a script in its shell (- reads standard input)
  shell                the simulated terminal in your terminal
  serve --port PORT    the cluster's API over plain HTTP on loopback, for real clients
  pack lint|test DIR   checks a lesson pack
  kubectl ARG...       the simulation's kubectl on this computer, for any cluster's API

options of run, shell and serve:
  --seed N             decides everything that chance decides (1)
  --nodes N            worker nodes beside the control plane (3)
  --version RELEASE    simulated Kubernetes release (1.36)
options of serve:
  --speed N            virtual seconds a real second (1)
  --stdin              one JSON value a line: a command line for one long-lived shell, or {"interrupt":true}
`

const [name = '', ...args] = process.argv.slice(2)
const command = commands[name]
if (!command) {
  process.stderr.write(usage)
  process.exitCode = name === '' || name === 'help' || name === '--help' ? 0 : 2
} else {
  try {
    process.exitCode = await command(args)
  } catch (error) {
    if (!(error instanceof UsageError)) throw error
    process.stderr.write(`sim ${name}: ${error.message}\n`)
    process.exitCode = 2
  }
}
