import { assembleCluster } from './assemble'
import type { Client, Identity } from './api/client'
import type { ApiRequest, ApiResponse, Serve } from './api/http'
import type { KindDefinition } from './api/kind'
import type { Descriptions } from './api/openapi-schemas'
import type { Engine } from './engine/engine'
import type { Machines } from './machines'
import { everyProgram } from './programs'
import type { Explanation } from './scheduler/explanation'

/** What a cluster is made of; everything has a sensible default. */
export interface ClusterOptions {
  /** Decides everything that chance decides. Default 1. */
  readonly seed?: number
  /** Virtual time at which the cluster begins. Default 2026-01-01T00:00:00Z; the browser passes the real time. */
  readonly startMs?: number
  /** How many worker nodes, `node01`… Default 3. */
  readonly workers?: number
  /** Simulated release: `1.36` (default) back to `1.16`. */
  readonly version?: string
  /** What the API reference says of types and fields, once somebody has loaded it (schema/descriptions.gen.json); `kubectl explain` shows it. */
  readonly descriptions?: () => Descriptions | undefined
}

export interface TerminalOptions {
  readonly columns?: number
  readonly rows?: number
  /** Host on which the shell runs. Default `controlplane`. */
  readonly host?: string
  /** What the shell finds in its environment besides what every login does. */
  readonly env?: Readonly<Record<string, string>>
}

/** A terminal with a login shell on a host, as xterm sees it: characters in, characters out. */
export interface Terminal {
  /** What the person typed (UTF-8 text, control characters included). */
  input(text: string): void
  resize(columns: number, rows: number): void
  /** Calls back with what the screen should show. Returns how to stop. */
  onOutput(listener: (text: string) => void): () => void
  onExit(listener: (code: number) => void): void
  close(): void
}

/** A long-lived shell without a terminal: variables, functions and the working directory last from one command to the next. */
export interface Session {
  /** Runs a command line; calls back when it has ended. One at a time. */
  run(line: string, ended: (result: { readonly stdout: string; readonly stderr: string; readonly code: number }) => void): void
  /** Ctrl-C. */
  interrupt(): void
}

/** Files of the workstation (the host `controlplane`), where the terminal's shell and the editor both look. Paths are absolute. */
export interface WorkstationFiles {
  /** Undefined when there is no such file. */
  read(path: string): string | undefined
  write(path: string, text: string): void
  remove(path: string): void
  list(path: string): readonly { readonly name: string; readonly directory: boolean }[]
}

/** A command line run without a terminal: stdout and stderr apart. */
export interface Run {
  interrupt(): void
  readonly result: { readonly stdout: string; readonly stderr: string; readonly code: number } | undefined
}

/** A whole simulated cluster. Nothing moves unless virtual time is driven: `advance`, `until`, or a driver. */
export interface Cluster {
  readonly engine: Engine
  /** The API server's synchronous core, as an anonymous-transport client sees it. */
  request(request: ApiRequest): ApiResponse
  /** The same for requests that may have to wait (for a webhook, for a Pod that is proxied to): calls back with the answer. */
  readonly serve: Serve
  /** The same for platform code that speaks fetch. */
  handler(request: Request): Promise<Response>
  /** An in-process client with this identity; `kubernetes-admin` unless told. */
  client(identity?: Identity): Client
  /** A kind by any name kubectl knows it by: `deployment`, `deployments`, `deploy`, `deployments.apps`. */
  findKind(name: string): KindDefinition | undefined
  readonly files: WorkstationFiles
  /** Why a Pod (by its uid) went where it went, or nowhere: each node, each plugin's verdict and points. Undefined when nobody has decided yet. */
  explainScheduling(uid: string): Explanation | undefined
  /** The computers behind the nodes, for whoever stands in front of them. */
  readonly machines: Machines
  openTerminal(options?: TerminalOptions): Terminal
  openSession(): Session
  /** Starts a script in a shell on `controlplane`; `run` drives time until it has ended. */
  start(script: string, options?: RunOptions): Run
  run(script: string, options?: RunOptions): { stdout: string; stderr: string; code: number }
  /** Lets virtual time pass: milliseconds, or a text such as `1m30s`. */
  advance(time: number | string): void
  /** Drives time until `condition` holds; throws after `limitMs` virtual milliseconds (default ten minutes). */
  until(condition: () => boolean, limitMs?: number): void
}

export interface RunOptions {
  /** The script's name in messages, and its arguments. */
  readonly name?: string
  readonly args?: readonly string[]
  readonly onStdout?: (text: string) => void
  readonly onStderr?: (text: string) => void
  readonly stdin?: string
  readonly env?: Readonly<Record<string, string>>
}

/** Puts a cluster together and boots it, with every tool and kubectl at hand. */
export const createCluster = (options: ClusterOptions = {}): Cluster => assembleCluster(options, everyProgram)
