import type { Database } from './database'

/** What a Redis server is besides its data: settings, whom it follows, who follows it. */

/** The server whose data this one copies. */
export interface Leader {
  readonly host: string
  readonly port: number
  /** Whether it answers. */
  linked: boolean
}

/** A server that copies this one's data: the process that serves it, and what that has still to send. */
export interface Follower {
  readonly address: string
  readonly port: number
  unsent: string
}

export interface ServerState {
  readonly version: string
  readonly port: number
  readonly settings: Map<string, string>
  leader: Leader | undefined
  /** The process that copies the leader's data, while there is one. */
  copier: number | undefined
  /** By the process that serves each. */
  readonly followers: Map<number, Follower>
  /** Processes whose clients wait for an element of a list. */
  readonly waiters: Set<number>
}

/** INFO: all sections, or the one asked for. */
export function information({ version, port, leader, followers }: ServerState, { values, expiries }: Database, section?: string): string {
  const role = leader
    ? ['role:slave', `master_host:${leader.host}`, `master_port:${leader.port}`, `master_link_status:${leader.linked ? 'up' : 'down'}`, 'slave_read_only:1', 'connected_slaves:0']
    : ['role:master', `connected_slaves:${followers.size}`, ...[...followers.values()].map(({ address, port: own }, at) => `slave${at}:ip=${address},port=${own},state=online,offset=0,lag=0`)]
  const sections: Readonly<Record<string, readonly string[]>> = {
    Server: [`redis_version:${version}`, 'redis_mode:standalone', `tcp_port:${port}`],
    Replication: role,
    Keyspace: values.size > 0 ? [`db0:keys=${values.size},expires=${expiries.size},avg_ttl=0`] : [],
  }
  const wanted = Object.entries(sections).filter(([name]) => section === undefined || ['all', 'everything', 'default', name.toLowerCase()].includes(section.toLowerCase()))
  return wanted.map(([name, lines]) => [`# ${name}`, ...lines, ''].join('\r\n')).join('\r\n')
} // prettier-ignore
