import { directory, file, programFile } from '../os/file-nodes'
import { patches, tagsOf, type ImageFacts, type Repository } from './image'

const names = (name: string) => [`docker.io/library/${name}`, `mirror.gcr.io/library/${name}`, `public.ecr.aws/docker/library/${name}`]
const alpineIsSmaller = (version: string): Partial<ImageFacts> => (version.includes('alpine') ? { tools: 'alpine' } : {})

/** Databases, caches and queues. */
export const databases: readonly Repository[] = [
  {
    names: [
      ...names('redis'),
      'registry.k8s.io/redis',
      'k8s.gcr.io/redis',
      'gcr.io/google_containers/redis',
      'gcr.io/google_samples/gb-redis-leader',
    ],
    tags: {
      ...tagsOf([...patches('8.4', 0), ...patches('8.2', 3), ...patches('8.0', 5), ...patches('7.4', 7), ...patches('7.2', 12), ...patches('7.0', 15), ...patches('6.2', 20), ...patches('6.0', 20), ...patches('5.0', 14), ...patches('4.0', 14), ...patches('3.2', 12), ...patches('2.8', 23)], ['alpine', 'bookworm']),
      e2e: '3.2.12', v1: '3.2.12',
    }, // prettier-ignore
    sizeBytes: 53_245_719,
    tools: 'debian',
    entrypoint: ['docker-entrypoint.sh'],
    cmd: ['redis-server'],
    workingDir: '/data',
    variant: alpineIsSmaller,
    files: (version) => ({
      '/usr/local/bin/docker-entrypoint.sh': programFile('exec-arguments/redis-server'),
      '/usr/local/bin/redis-server': programFile(`redis-server/${version.split('-')[0]}`),
      '/usr/local/bin/redis-cli': programFile(`redis-cli/${version.split('-')[0]}`),
      '/data': directory(),
    }),
  },
  {
    names: ['docker.io/valkey/valkey'],
    tags: tagsOf(['9.0.0', '8.1.4', '8.0.6', '7.2.11'], ['alpine']),
    sizeBytes: 45_000_000,
    tools: 'debian',
    entrypoint: ['docker-entrypoint.sh'],
    cmd: ['valkey-server'],
    workingDir: '/data',
    variant: alpineIsSmaller,
    files: (version) => ({
      '/usr/local/bin/docker-entrypoint.sh': programFile('exec-arguments/valkey-server'),
      '/usr/local/bin/valkey-server': programFile(`redis-server/${version.split('-')[0]}`),
      '/usr/local/bin/valkey-cli': programFile(`redis-cli/${version.split('-')[0]}`),
      '/data': directory(),
    }),
  },
  {
    names: ['gcr.io/google_samples/gb-redis-follower', 'us-docker.pkg.dev/google-samples/containers/gke/gb-redis-follower'],
    tags: { v1: '6.0.5', v2: '6.0.5' },
    sizeBytes: 38_000_000,
    tools: 'debian',
    cmd: ['/run.sh'],
    files: () => ({
      '/run.sh': file('#!/bin/sh\nif [ "${GET_HOSTS_FROM:-dns}" = env ]; then\n  exec redis-server --slaveof "$REDIS_LEADER_SERVICE_HOST" 6379\nfi\nexec redis-server --slaveof redis-leader 6379\n', 0o755),
      '/usr/local/bin/redis-server': programFile('redis-server/6.0.5'),
      '/usr/local/bin/redis-cli': programFile('redis-cli/6.0.5'),
      '/data': directory(),
    }), // prettier-ignore
  },
  {
    names: names('mysql'),
    tags: tagsOf(
      [
        ...patches('9.5', 0),
        ...patches('9.4', 0),
        ...patches('8.4', 7),
        ...patches('8.0', 44, 20),
        ...patches('5.7', 44, 20),
        ...patches('5.6', 51, 40),
      ],
      ['debian', 'oracle'],
    ),
    sizeBytes: 272_000_000,
    tools: 'redhat',
    adds: ['curl', 'openssl'],
    entrypoint: ['docker-entrypoint.sh'],
    cmd: ['mysqld'],
    files: (version) => ({
      '/usr/local/bin/docker-entrypoint.sh': programFile('exec-arguments/mysqld'),
      '/usr/sbin/mysqld': programFile(`mysqld/${version.split('-')[0]}`),
      '/usr/bin/mysql': programFile(`mysql-client/${version.split('-')[0]}`),
      '/usr/bin/mysqladmin': programFile('mysqladmin'),
      '/etc/mysql/conf.d': directory(),
      '/var/lib/mysql': directory({}, 0o1777),
    }),
  },
  {
    names: ['gcr.io/google-samples/xtrabackup'],
    tags: { '1.0': '1.0', latest: '1.0' },
    sizeBytes: 110_000_000,
    tools: 'debian',
    cmd: ['bash'],
    files: () => ({
      '/usr/bin/mysql': programFile('mysql-client/5.7'),
      '/usr/bin/xtrabackup': programFile('xtrabackup'),
      '/usr/bin/xbstream': programFile('xbstream'),
      '/usr/bin/ncat': programFile('ncat'),
      '/var/lib/mysql': directory({}, 0o1777),
    }),
  },
  {
    names: names('mariadb'),
    tags: tagsOf([...patches('12.0', 2), ...patches('11.8', 3), ...patches('11.4', 8), ...patches('10.11', 14), ...patches('10.6', 23)]),
    sizeBytes: 115_000_000,
    tools: 'debian',
    entrypoint: ['docker-entrypoint.sh'],
    cmd: ['mariadbd'],
    files: (version) => ({
      '/usr/local/bin/docker-entrypoint.sh': programFile('exec-arguments/mariadbd'),
      '/usr/sbin/mariadbd': programFile(`mysqld/${version}`),
      '/usr/bin/mariadb': programFile(`mysql-client/${version}`),
      '/usr/bin/mariadb-admin': programFile('mysqladmin'),
      '/etc/mysql/conf.d': directory(),
      '/var/lib/mysql': directory({}, 0o1777),
    }),
  },
  {
    names: names('postgres'),
    tags: tagsOf([...patches('18', 1), ...patches('17', 7), ...patches('16', 11), ...patches('15', 15), ...patches('14', 20), ...patches('13', 23), ...patches('12', 22), ...patches('11', 22), ...patches('10', 23), ...patches('9.6', 24)], ['alpine', 'bookworm']),
    sizeBytes: 156_000_000,
    tools: 'debian',
    adds: ['less', 'openssl'],
    entrypoint: ['docker-entrypoint.sh'],
    cmd: ['postgres'],
    stopSignal: 'SIGINT',
    variant: alpineIsSmaller,
    files: (version) => ({
      '/usr/local/bin/docker-entrypoint.sh': programFile('exec-arguments/postgres'),
      '/usr/local/bin/postgres': programFile(`postgres/${version.split('-')[0]}`),
      '/usr/local/bin/psql': programFile(`psql/${version.split('-')[0]}`),
      '/usr/local/bin/pg_isready': programFile(`pg_isready/${version.split('-')[0]}`),
      '/var/lib/postgresql/data': directory({}, 0o1777),
    }),
  }, // prettier-ignore
  {
    names: names('mongo'),
    tags: tagsOf(['8.2.2', '8.0.16', '7.0.26', '6.0.27', '5.0.32', '4.4.30', '4.2.24']),
    sizeBytes: 280_000_000,
    tools: 'debian',
    adds: ['jq', 'ps', 'top', 'free', 'pgrep', 'pkill', 'kill', 'openssl'],
    entrypoint: ['docker-entrypoint.sh'],
    cmd: ['mongod'],
    files: (version) => ({
      '/usr/local/bin/docker-entrypoint.sh': programFile('exec-arguments/mongod'),
      '/usr/bin/mongod': programFile(`mongod/${version}`),
      '/data/db': directory({}, 0o1777),
    }),
  },
  {
    names: names('memcached'),
    tags: tagsOf(['1.6.39', '1.6.38', '1.5.22'], ['alpine']),
    sizeBytes: 31_000_000,
    tools: 'debian',
    cmd: ['memcached'],
    variant: alpineIsSmaller,
    files: (version) => ({ '/usr/local/bin/memcached': programFile(`memcached/${version.split('-')[0]}`) }),
  },
  {
    names: names('rabbitmq'),
    tags: tagsOf(['4.2.0', '4.1.5', '4.0.9', '3.13.7', '3.12.14', '3.11.28', '3.10.25', '3.9.29', '3.8.34'], ['management', 'alpine']),
    sizeBytes: 105_000_000,
    tools: 'debian',
    adds: ['ps', 'openssl'],
    entrypoint: ['docker-entrypoint.sh'],
    cmd: ['rabbitmq-server'],
    variant: alpineIsSmaller,
    files: (version) => ({
      '/usr/local/bin/docker-entrypoint.sh': programFile('exec-arguments/rabbitmq-server'),
      '/usr/local/bin/rabbitmq-server': programFile(`rabbitmq/${version.split('-')[0]}`),
      '/usr/local/bin/rabbitmqctl': programFile('rabbitmqctl'),
      '/usr/local/bin/rabbitmq-diagnostics': programFile('rabbitmqctl'),
      '/var/lib/rabbitmq/mnesia': directory({}, 0o1777),
    }),
  },
]
