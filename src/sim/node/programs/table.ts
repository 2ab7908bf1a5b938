import type { Program } from '../os/syscalls'
import { agnhost, livenessServer, serveHostname } from './agnhost'
import { plainDaemon } from './components'
import { mongod, postgres } from './databases'
import {
  bootcamp,
  echoServer,
  gbFrontend,
  goproxy,
  helloApp,
  helloGo,
  cudaVectorAdd,
  helloWorld,
  hpaExample,
  httpEcho,
  nginxHello,
  nodeHello,
  podinfo,
  whoami,
} from './samples'
import { cassandra, cassandraReady, nodetool } from './cassandra'
import { busyboxHttpd } from './file-servers'
import { httpd } from './httpd'
import { knownServer } from './known-servers'
import { mysqlAdmin, mysqlClient } from './mysql/client'
import { mysqld } from './mysql/server'
import { ncat, xbstream, xtrabackup } from './mysql/xtrabackup'
import { pgIsReady, psql } from './postgres/psql'
import { nodeJs, perl, python } from './interpreters'
import { nginx } from './nginx'
import { proportionalAutoscaler } from './proportional-autoscaler'
import { amqpConsume, amqpDeclareQueue, amqpDeleteQueue, amqpGet, amqpPublish } from './rabbitmq/clients'
import { rabbitmqCtl } from './rabbitmq/ctl'
import { rabbitmqServer } from './rabbitmq/server'
import { redisCli } from './redis/client'
import { redisServer } from './redis/server'
import { memoryStress, stress } from './stress'
import { programNamed, systemProgram } from './system'
import { unbuilt } from './unbuilt'
import { webhookServer } from './webhook'
import { wordpress } from './wordpress'
import { startZookeeper, zkCli, zkServer, zookeeperReady } from './zookeeper'

/** What runs in people's containers besides shells and tools, by name. The parameter is what follows a slash in the name: a version. */
const programs: Readonly<Record<string, (parameter: string) => Program>> = {
  nginx,
  httpd,
  agnhost,
  webhook: () => webhookServer,
  'busybox-httpd': () => busyboxHttpd,
  'liveness-server': () => livenessServer,
  'serve-hostname': () => serveHostname,
  goproxy: () => goproxy,
  'hpa-example': () => hpaExample,
  'hello-app': helloApp,
  'hello-go-gke': () => helloGo,
  wordpress: () => wordpress,
  'start-zookeeper': () => startZookeeper,
  'zookeeper-ready': () => zookeeperReady,
  'zkCli.sh': () => zkCli,
  'zkServer.sh': () => zkServer,
  cassandra: () => cassandra,
  'cassandra-ready': () => cassandraReady,
  nodetool: () => nodetool,
  'plain-server': (what) => plainDaemon(`${what.split('/')[0]} started`, (what.split('/')[1] ?? '').split(',').map(Number)),
  'kubernetes-bootcamp': bootcamp,
  'gb-frontend': () => gbFrontend,
  'node-hello': () => nodeHello,
  'hello-world': () => helloWorld,
  'cuda-vector-add': () => cudaVectorAdd,
  'http-echo': () => httpEcho,
  'nginx-hello': nginxHello,
  whoami: () => whoami,
  'echo-server': () => echoServer,
  echoserver: () => echoServer,
  podinfo: (version) => podinfo(version),
  'redis-server': redisServer,
  'redis-cli': () => redisCli,
  mysqld,
  'mysql-client': () => mysqlClient,
  mysqladmin: () => mysqlAdmin,
  xtrabackup: () => xtrabackup,
  xbstream: () => xbstream,
  ncat: () => ncat,
  postgres,
  psql: () => psql,
  pg_isready: () => pgIsReady,
  mongod,
  memcached: (version) => plainDaemon(`memcached ${version}`, [11211]),
  rabbitmq: rabbitmqServer,
  rabbitmqctl: () => rabbitmqCtl,
  'amqp-declare-queue': () => amqpDeclareQueue,
  'amqp-delete-queue': () => amqpDeleteQueue,
  'amqp-publish': () => amqpPublish,
  'amqp-get': () => amqpGet,
  'amqp-consume': () => amqpConsume,
  'cluster-proportional-autoscaler': () => proportionalAutoscaler,
  tcpdump: () => unbuilt('tcpdump', 'capturing packets'),
  lsof: () => unbuilt('lsof', 'what files processes have open'),
  stress: () => stress,
  'memory-stress': () => memoryStress,
  perl,
  python,
  python3: python,
  node: nodeJs,
  server: knownServer,
}

/** The program of an image's executable file; undefined when it is none of these. */
export const containerProgram = (name: string): Program | undefined => systemProgram(name) ?? programNamed(programs, name)
