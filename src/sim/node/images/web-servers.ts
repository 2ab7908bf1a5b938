import { file, link, programFile, type FileNode } from '../os/file-nodes'
import { patches, tagsOf, type Repository } from './image'

const nginxVersions = [
  ...patches('1.29', 4), ...patches('1.28', 1), ...patches('1.27', 5), ...patches('1.26', 3), ...patches('1.25', 5), '1.24.0',
  ...patches('1.23', 4), ...patches('1.22', 1), ...patches('1.21', 6), ...patches('1.20', 2), ...patches('1.19', 10), '1.18.0',
  ...patches('1.17', 10), ...patches('1.16', 1), ...patches('1.15', 12), ...patches('1.14', 2), ...patches('1.13', 12), ...patches('1.12', 2),
  ...patches('1.11', 13), ...patches('1.10', 3), ...patches('1.9', 15), ...patches('1.8', 1), ...patches('1.7', 12, 1),
] // prettier-ignore

/** Ubuntu-style image of `registry.k8s.io/nginx-slim`: an nginx and little else. */
const slimVersions = ['0.27', '0.26', '0.25', '0.24', '0.23', '0.22', '0.21', '0.20', '0.8', '0.7']

const welcomePage = `<!DOCTYPE html>
<html>
<head>
<title>Welcome to nginx!</title>
<style>
html { color-scheme: light dark; }
body { width: 35em; margin: 0 auto;
font-family: Tahoma, Verdana, Arial, sans-serif; }
</style>
</head>
<body>
<h1>Welcome to nginx!</h1>
<p>If you see this page, the nginx web server is successfully installed and
working. Further configuration is required.</p>

<p>For online documentation and support please refer to
<a href="http://nginx.org/">nginx.org</a>.<br/>
Commercial support is available at
<a href="http://nginx.com/">nginx.com</a>.</p>

<p><em>Thank you for using nginx.</em></p>
</body>
</html>
`

const errorPage = `<!DOCTYPE html>
<html>
<head>
<title>Error</title>
</head>
<body>
<h1>An error occurred.</h1>
<p>Sorry, the page you are looking for is currently unavailable.<br/>
Please try again later.</p>
</body>
</html>
`

const serverBlock = `server {
    listen       80;
    listen  [::]:80;
    server_name  localhost;

    location / {
        root   /usr/share/nginx/html;
        index  index.html index.htm;
    }

    error_page   500 502 503 504  /50x.html;
    location = /50x.html {
        root   /usr/share/nginx/html;
    }
}
`

const mainConfiguration = `
user  nginx;
worker_processes  auto;

error_log  /var/log/nginx/error.log notice;
pid        /run/nginx.pid;

events {
    worker_connections  1024;
}

http {
    include       /etc/nginx/mime.types;
    default_type  application/octet-stream;
    access_log  /var/log/nginx/access.log  main;
    sendfile        on;
    keepalive_timeout  65;
    include /etc/nginx/conf.d/*.conf;
}
`

/** Of the image that is meant for other users than root: all that is written lies in /tmp. */
const unprivilegedConfiguration = mainConfiguration
  .replace('user  nginx;\n', '')
  .replace('/run/nginx.pid', '/tmp/nginx.pid')
  .replace(
    'http {\n',
    'http {\n    proxy_temp_path /tmp/proxy_temp;\n    client_body_temp_path /tmp/client_temp;\n    fastcgi_temp_path /tmp/fastcgi_temp;\n    uwsgi_temp_path /tmp/uwsgi_temp;\n    scgi_temp_path /tmp/scgi_temp;\n',
  )

const nginxFiles = (version: string): Record<string, FileNode> => ({
  '/usr/sbin/nginx': programFile(`nginx/${version.split('-')[0]}`),
  '/docker-entrypoint.sh': programFile('nginx-entrypoint'),
  ...Object.fromEntries(
    // Named only, so that they can be listed: what they do is told by the entrypoint.
    ['10-listen-on-ipv6-by-default.sh', '15-local-resolvers.envsh', '20-envsubst-on-templates.sh', '30-tune-worker-processes.sh'].map(
      (name) => [`/docker-entrypoint.d/${name}`, file('#!/bin/sh\n', 0o755)],
    ),
  ),
  '/etc/nginx/nginx.conf': file(mainConfiguration),
  '/etc/nginx/conf.d/default.conf': file(serverBlock),
  '/etc/nginx/mime.types': file('types {\n    text/html html htm shtml;\n    text/css css;\n    application/json json;\n}\n'),
  '/usr/share/nginx/html/index.html': file(welcomePage),
  '/usr/share/nginx/html/50x.html': file(errorPage),
  '/var/log/nginx/access.log': link('/dev/stdout'),
  '/var/log/nginx/error.log': link('/dev/stderr'),
  '/var/cache/nginx/.keep': file(''),
  '/run/nginx.pid': file(''),
})

const nginx = {
  sizeBytes: 59_795_293,
  tools: 'debian',
  adds: ['curl', 'openssl'],
  entrypoint: ['/docker-entrypoint.sh'],
  cmd: ['nginx', '-g', 'daemon off;'],
  stopSignal: 'SIGQUIT',
  files: nginxFiles,
} as const

const variantOfNginx = (version: string) => ({
  env: { PATH: '/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin', NGINX_VERSION: version.split('-')[0]! },
  ...(version.includes('alpine') && { tools: 'alpine' as const, sizeBytes: 22_631_814 }),
})

/** Web servers of Docker Hub and registry.k8s.io. */
export const webServers: readonly Repository[] = [
  {
    ...nginx,
    names: ['docker.io/library/nginx', 'public.ecr.aws/nginx/nginx', 'mirror.gcr.io/library/nginx'],
    tags: {
      ...tagsOf(nginxVersions, ['alpine', 'perl', 'alpine-slim', 'bookworm', 'alpine-perl', 'otel']),
      mainline: '1.29.4',
      'mainline-alpine': '1.29.4-alpine',
      stable: '1.28.1',
      'stable-alpine': '1.28.1-alpine',
      'stable-perl': '1.28.1-perl',
    },
    variant: variantOfNginx,
  },
  {
    ...nginx,
    names: ['docker.io/nginxinc/nginx-unprivileged'],
    tags: tagsOf(nginxVersions, ['alpine']),
    user: '101',
    variant: variantOfNginx,
    files: (version) => ({
      ...nginxFiles(version),
      '/etc/nginx/nginx.conf': file(unprivilegedConfiguration),
      '/etc/nginx/conf.d/default.conf': file(serverBlock.replaceAll('80;', '8080;')),
    }),
  },
  {
    ...nginx,
    names: ['registry.k8s.io/nginx-slim', 'k8s.gcr.io/nginx-slim', 'gcr.io/google_containers/nginx-slim'],
    tags: Object.fromEntries(slimVersions.map((version) => [version, version])),
    sizeBytes: 39_160_000,
    entrypoint: undefined,
    cmd: ['nginx', '-g', 'daemon off;'],
  },
  {
    ...nginx,
    names: ['registry.k8s.io/e2e-test-images/nginx', 'k8s.gcr.io/e2e-test-images/nginx'],
    tags: { '1.14-1': '1.14-1', '1.14-2': '1.14-2', '1.14-4': '1.14-4', '1.15-1': '1.15-1', '1.15-4': '1.15-4' },
    entrypoint: undefined,
    sizeBytes: 6_979_365,
    tools: 'alpine',
  },
  {
    names: ['docker.io/library/httpd', 'mirror.gcr.io/library/httpd', 'registry.k8s.io/e2e-test-images/httpd'],
    tags: { ...tagsOf([...patches('2.4', 66, 46)], ['alpine', 'bookworm', 'trixie']), '2.4.38-4': '2.4.38', '2.4.39-4': '2.4.39' },
    sizeBytes: 45_211_000,
    tools: 'debian',
    cmd: ['httpd-foreground'],
    workingDir: '/usr/local/apache2',
    stopSignal: 'SIGWINCH',
    env: {
      PATH: '/usr/local/apache2/bin:/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin',
      HTTPD_PREFIX: '/usr/local/apache2',
    },
    variant: (version) => (version.includes('alpine') ? { tools: 'alpine' } : {}),
    files: (version) => ({
      '/usr/local/bin/httpd-foreground': programFile(`httpd/${version.split('-')[0]}`),
      '/usr/local/apache2/bin/httpd': programFile(`httpd/${version.split('-')[0]}`),
      '/usr/local/apache2/htdocs/index.html': file('<html><body><h1>It works!</h1></body></html>\n'),
      '/usr/local/apache2/conf/httpd.conf': file('ServerRoot "/usr/local/apache2"\nListen 80\nDocumentRoot "/usr/local/apache2/htdocs"\n'),
    }),
  },
  {
    names: ['docker.io/library/php', 'mirror.gcr.io/library/php'],
    tags: {
      apache: '8.4-apache',
      '8-apache': '8.4-apache',
      '8.4-apache': '8.4-apache',
      '8.3-apache': '8.3-apache',
      '7.4-apache': '7.4-apache',
    },
    sizeBytes: 178_000_000,
    tools: 'debian',
    adds: ['curl', 'openssl'],
    cmd: ['apache2-foreground'],
    workingDir: '/var/www/html',
    stopSignal: 'SIGWINCH',
    files: () => ({ '/usr/local/bin/apache2-foreground': programFile('httpd/2.4.65'), '/usr/local/apache2/htdocs/.keep': file('') }),
  },
]
