/** A command in a few words, and examples: what it is good for, and what to type. */
export interface CommandHelp {
  readonly summary: string
  readonly more?: string
  readonly examples?: readonly (readonly [about: string, line: string])[]
}

const help = (summary: string, examples?: CommandHelp['examples'], more?: string): CommandHelp => ({ summary, examples, more })

/** Headings under which `kubectl` lists its commands. */
export const commandGroups: readonly (readonly [heading: string, commands: readonly string[]])[] = [
  ['Basic Commands (Beginner)', ['create', 'expose', 'run', 'set']],
  ['Basic Commands (Intermediate)', ['explain', 'get', 'edit', 'delete']],
  ['Deploy Commands', ['rollout', 'scale', 'autoscale']],
  ['Cluster Management Commands', ['certificate', 'cluster-info', 'top', 'cordon', 'uncordon', 'drain', 'taint']],
  [
    'Troubleshooting and Debugging Commands',
    ['describe', 'logs', 'attach', 'exec', 'port-forward', 'proxy', 'cp', 'auth', 'debug', 'events'],
  ],
  ['Advanced Commands', ['diff', 'apply', 'patch', 'replace', 'wait', 'kustomize']],
  ['Settings Commands', ['label', 'annotate', 'completion']],
  ['Subcommands provided by plugins', []],
  ['Other Commands', ['api-resources', 'api-versions', 'config', 'plugin', 'version']],
]

/** What `kubectl help` says about every command. Flags are in flag-help.ts, usage lines in usage.json. */
export const commandHelp: Readonly<Record<string, CommandHelp>> = {
  '': help(
    'kubectl talks to the API server of a Kubernetes cluster for you.',
    [],
    'The reference is at https://kubernetes.io/docs/reference/kubectl/',
  ),
  create: help('Create objects from files or standard input', [['Create what a file describes', 'kubectl create -f web.yaml'], ['The same from standard input', 'cat web.yaml | kubectl create -f -']], 'Refuses objects that are there already; kubectl apply does not.'), // prettier-ignore
  'create clusterrole': help('Create a cluster role', [['May read pods everywhere', 'kubectl create clusterrole pod-reader --verb=get,list,watch --resource=pods']]), // prettier-ignore
  'create clusterrolebinding': help('Grant a cluster role everywhere', [['Make ann an administrator', 'kubectl create clusterrolebinding ann --clusterrole=cluster-admin --user=ann']]), // prettier-ignore
  'create configmap': help('Create a ConfigMap from values, files or directories', [['Two values', 'kubectl create configmap settings --from-literal=color=blue --from-literal=size=3'], ['A file', 'kubectl create configmap page --from-file=index.html']]), // prettier-ignore
  'create cronjob': help('Create a CronJob', [['Every five minutes', 'kubectl create cronjob tick --image=busybox --schedule="*/5 * * * *" -- date']]), // prettier-ignore
  'create deployment': help('Create a Deployment', [['Three web servers', 'kubectl create deployment web --image=nginx --replicas=3']]),
  'create ingress': help('Create an Ingress', [['Send shop.example.com to a service', 'kubectl create ingress shop --rule="shop.example.com/*=web:80"']]), // prettier-ignore
  'create job': help('Create a Job', [['Run something once', 'kubectl create job once --image=busybox -- date'], ['Run a CronJob now', 'kubectl create job now --from=cronjob/tick']]), // prettier-ignore
  'create namespace': help('Create a namespace', [['A namespace called shop', 'kubectl create namespace shop']]),
  'create poddisruptionbudget': help('Create a PodDisruptionBudget', [['Always keep one', 'kubectl create poddisruptionbudget web --selector=app=web --min-available=1']]), // prettier-ignore
  'create priorityclass': help('Create a PriorityClass', [['A class for what matters', 'kubectl create priorityclass high --value=1000']]),
  'create quota': help('Create a ResourceQuota', [['At most five pods', 'kubectl create quota small --hard=pods=5,cpu=2']]),
  'create role': help('Create a role', [['May read pods of the namespace', 'kubectl create role pod-reader --verb=get,list,watch --resource=pods']]), // prettier-ignore
  'create rolebinding': help('Grant a role or cluster role in a namespace', [['Let ann read', 'kubectl create rolebinding ann --clusterrole=view --user=ann']]), // prettier-ignore
  'create secret': help('Create a Secret of one of several types'),
  'create secret docker-registry': help('Create a Secret that lets nodes pull from a private registry', [['Credentials for a registry', 'kubectl create secret docker-registry pull --docker-server=registry.example.com --docker-username=ann --docker-password=secret']]), // prettier-ignore
  'create secret generic': help('Create a Secret from values, files or directories', [['A password', 'kubectl create secret generic db --from-literal=password=secret']]), // prettier-ignore
  'create secret tls': help('Create a Secret with a certificate and its key', [['For an Ingress', 'kubectl create secret tls web --cert=tls.crt --key=tls.key']]), // prettier-ignore
  'create service': help('Create a Service of one of several types'),
  'create service clusterip': help('Create a Service inside the cluster', [['Port 80 leads to port 8080 of the pods', 'kubectl create service clusterip web --tcp=80:8080']]), // prettier-ignore
  'create service externalname': help('Create a Service that stands for a DNS name', [['A database elsewhere', 'kubectl create service externalname db --external-name=db.example.com']]), // prettier-ignore
  'create service loadbalancer': help('Create a Service with a load balancer', [['Reachable from outside', 'kubectl create service loadbalancer web --tcp=80:8080']]), // prettier-ignore
  'create service nodeport': help('Create a Service on a port of every node', [['Reachable at each node', 'kubectl create service nodeport web --tcp=80:8080']]), // prettier-ignore
  'create serviceaccount': help('Create a service account', [['An account for a robot', 'kubectl create serviceaccount robot']]),
  'create token': help('Ask for a token of a service account', [['A token for an hour', 'kubectl create token robot --duration=1h'], ['A token that ends with a pod', 'kubectl create token robot --bound-object-kind=Pod --bound-object-name=web']]), // prettier-ignore
  expose: help('Create a Service for a Deployment, pod, ReplicaSet or another service', [['Port 80 leads to port 8080 of the pods', 'kubectl expose deployment web --port=80 --target-port=8080']]), // prettier-ignore
  run: help('Run an image in a pod', [['A web server', 'kubectl run web --image=nginx'], ['A shell, gone when you leave it', 'kubectl run -it --rm shell --image=busybox -- sh'], ['Only show what would be created', 'kubectl run web --image=nginx --dry-run=client -o yaml']]), // prettier-ignore
  set: help('Change one aspect of objects', [], 'These commands edit objects in place, one aspect at a time.'),
  'set env': help('Set environment variables of a pod template', [['Set a variable', 'kubectl set env deployment/web COLOR=blue'], ['Take it away', 'kubectl set env deployment/web COLOR-'], ['See what is set', 'kubectl set env deployment/web --list']]), // prettier-ignore
  'set image': help('Set the images of a pod template', [['Roll out a new version', 'kubectl set image deployment/web nginx=nginx:1.27']]),
  'set resources': help('Set requests and limits of a pod template', [['Limit a deployment', 'kubectl set resources deployment web --limits=cpu=200m,memory=512Mi']]), // prettier-ignore
  'set selector': help('Set the selector of a Service', [
    ['Send traffic elsewhere', "kubectl set selector service web 'app=web,track=new'"],
  ]),
  'set serviceaccount': help('Set the service account of a pod template', [
    ['Run as robot', 'kubectl set serviceaccount deployment web robot'],
  ]),
  'set subject': help('Add users, groups or service accounts to a binding', [['Let bob in too', 'kubectl set subject rolebinding view --user=bob']]), // prettier-ignore
  explain: help('Explain a type and its fields', [['Fields of a pod', 'kubectl explain pods'], ['One field', 'kubectl explain pods.spec.containers']]), // prettier-ignore
  get: help('Show objects', [['All pods of the namespace', 'kubectl get pods'], ['With nodes and addresses', 'kubectl get pods -o wide'], ['One object in full', 'kubectl get deployment web -o yaml'], ['Pods with a label, everywhere', 'kubectl get pods -A -l app=web'], ['Follow what happens', 'kubectl get pods --watch']], 'kubectl api-resources lists the types there are.'), // prettier-ignore
  edit: help('Edit an object in an editor', [['Edit a deployment', 'kubectl edit deployment/web']], 'Saving applies the change; closing without a change does nothing.'), // prettier-ignore
  delete: help('Delete objects by file, name or label', [['A pod', 'kubectl delete pod web'], ['All that a file describes', 'kubectl delete -f web.yaml'], ['By label', 'kubectl delete pods,services -l app=web'], ['All pods', 'kubectl delete pods --all']]), // prettier-ignore
  rollout: help('Manage rollouts', [['Is it through?', 'kubectl rollout status deployment/web'], ['Back to the version before', 'kubectl rollout undo deployment/web']], 'For Deployments, DaemonSets and StatefulSets.'), // prettier-ignore
  'rollout history': help('Show the revisions of a rollout', [['All revisions', 'kubectl rollout history deployment/web'], ['One in detail', 'kubectl rollout history deployment/web --revision=2']]), // prettier-ignore
  'rollout pause': help('Pause a rollout', [['Change several things at once', 'kubectl rollout pause deployment/web']]),
  'rollout restart': help('Replace all pods, gradually', [['Fresh pods', 'kubectl rollout restart deployment/web']]),
  'rollout resume': help('Go on with a paused rollout', [['Go on', 'kubectl rollout resume deployment/web']]),
  'rollout status': help('Watch a rollout until it is through', [['Watch', 'kubectl rollout status deployment/web']]),
  'rollout undo': help('Go back to an earlier revision', [['To the one before', 'kubectl rollout undo deployment/web'], ['To a certain one', 'kubectl rollout undo deployment/web --to-revision=3']]), // prettier-ignore
  scale: help('Set the number of replicas', [['Five of them', 'kubectl scale deployment/web --replicas=5'], ['Only if there are two now', 'kubectl scale deployment/web --current-replicas=2 --replicas=5']]), // prettier-ignore
  autoscale: help('Let the number of replicas follow the load', [['Between two and ten', 'kubectl autoscale deployment web --min=2 --max=10 --cpu-percent=80']]), // prettier-ignore
  certificate: help('Decide on certificate signing requests'),
  'certificate approve': help('Approve a certificate signing request', [['Approve one', 'kubectl certificate approve ann']]),
  'certificate deny': help('Deny a certificate signing request', [['Deny one', 'kubectl certificate deny ann']]),
  'cluster-info': help('Show where the control plane and its services answer', [['The addresses', 'kubectl cluster-info']]),
  'cluster-info dump': help('Print what helps to find faults in a cluster', [['To files', 'kubectl cluster-info dump --output-directory=dump'], ['Some namespaces', 'kubectl cluster-info dump --namespaces=default,shop']]), // prettier-ignore
  top: help('Show use of CPU and memory', [], 'Needs a metrics server in the cluster.'),
  'top node': help('Show use of CPU and memory by node', [['All nodes', 'kubectl top node']]),
  'top pod': help('Show use of CPU and memory by pod', [['All pods of the namespace', 'kubectl top pod'], ['Their containers', 'kubectl top pod web --containers']]), // prettier-ignore
  cordon: help('Keep new pods off a node', [['Cordon a node', 'kubectl cordon node01']]),
  uncordon: help('Let pods onto a node again', [['Uncordon a node', 'kubectl uncordon node01']]),
  drain: help('Empty a node for maintenance', [['Empty it, DaemonSets aside', 'kubectl drain node01 --ignore-daemonsets']], 'Cordons the node and evicts its pods, heeding disruption budgets.'), // prettier-ignore
  taint: help('Change the taints of nodes', [['Only for pods that tolerate it', 'kubectl taint nodes node01 dedicated=db:NoSchedule'], ['Take it away', 'kubectl taint nodes node01 dedicated=db:NoSchedule-']]), // prettier-ignore
  describe: help('Tell about objects in detail, with their events', [['A pod', 'kubectl describe pod web'], ['Pods with a label', 'kubectl describe pods -l app=web']]), // prettier-ignore
  logs: help('Print what a container has logged', [['A pod', 'kubectl logs web'], ['Follow it', 'kubectl logs -f web'], ['The run before the crash', 'kubectl logs --previous web'], ['A certain container', 'kubectl logs web -c sidecar']]), // prettier-ignore
  attach: help('Attach to a running container', [
    ['Its output', 'kubectl attach web'],
    ['Its terminal', 'kubectl attach web -it'],
  ]),
  exec: help('Run a command in a container', [
    ['One command', 'kubectl exec web -- date'],
    ['A shell', 'kubectl exec -it web -- sh'],
  ]),
  'port-forward': help('Forward ports of this machine to a pod', [['Port 8080 here leads to port 80 there', 'kubectl port-forward svc/web 8080:80']]), // prettier-ignore
  proxy: help('Run a proxy to the API server', [['Then: curl localhost:8001/api/', 'kubectl proxy']]),
  cp: help('Copy files to and from containers', [['Into a pod', 'kubectl cp index.html web:/usr/share/nginx/html/index.html'], ['Out of it', 'kubectl cp web:/etc/nginx/nginx.conf nginx.conf']], 'Needs tar in the container.'), // prettier-ignore
  auth: help('Ask about permissions'),
  'auth can-i': help('Ask whether something is allowed', [['May I create pods?', 'kubectl auth can-i create pods'], ['May this account?', 'kubectl auth can-i list secrets --as=system:serviceaccount:shop:robot'], ['What may I do?', 'kubectl auth can-i --list']]), // prettier-ignore
  'auth reconcile': help('Bring roles and bindings in line with a file', [['Add what is missing', 'kubectl auth reconcile -f rbac.yaml']]),
  'auth whoami': help('Show who the server takes you for', [['Who am I?', 'kubectl auth whoami']]),
  debug: help('Debug pods and nodes with additional containers', [['A shell beside the pod\'s containers', 'kubectl debug -it web --image=busybox'], ['In a copy of the pod', 'kubectl debug web -it --image=busybox --copy-to=web-debug'], ['On a node', 'kubectl debug node/node01 -it --image=busybox']]), // prettier-ignore
  events: help('List events', [['In their order', 'kubectl events'], ['About one object', 'kubectl events --for pod/web --watch'], ['Only warnings', 'kubectl events --types=Warning']]), // prettier-ignore
  diff: help('Compare the cluster with what would be applied', [['Before an apply', 'kubectl diff -f web.yaml']], 'Exit status: 0 no difference, 1 some, more when it failed.'), // prettier-ignore
  apply: help('Bring objects in line with files', [['A file', 'kubectl apply -f web.yaml'], ['A directory', 'kubectl apply -f manifests/'], ['With kustomize', 'kubectl apply -k overlays/test'], ['Merged by the server', 'kubectl apply --server-side -f web.yaml']], 'Creates what is missing and changes what differs.'), // prettier-ignore
  'apply edit-last-applied': help('Edit the configuration an object was last applied with', [['Edit it', 'kubectl apply edit-last-applied deployment/web']]), // prettier-ignore
  'apply set-last-applied': help('Set the configuration an object counts as last applied with', [['To that of a file', 'kubectl apply set-last-applied -f web.yaml']]), // prettier-ignore
  'apply view-last-applied': help('Show the configuration an object was last applied with', [['Show it', 'kubectl apply view-last-applied deployment/web']]), // prettier-ignore
  patch: help('Change fields of an object', [['Cordon a node by hand', `kubectl patch node node01 -p '{"spec":{"unschedulable":true}}'`], ['With a JSON patch', `kubectl patch deployment web --type=json -p '[{"op":"replace","path":"/spec/replicas","value":2}]'`]]), // prettier-ignore
  replace: help('Replace objects by those of a file', [['Replace it', 'kubectl replace -f web.yaml'], ['Delete it first', 'kubectl replace --force -f web.yaml']]), // prettier-ignore
  wait: help('Wait until objects are as you want them', [['Until a pod is ready', 'kubectl wait --for=condition=Ready pod/web'], ['Until it is gone', 'kubectl wait --for=delete pod/web --timeout=60s'], ['Until a field has a value', "kubectl wait --for=jsonpath='{.status.phase}'=Running pod/web"]]), // prettier-ignore
  kustomize: help('Build a kustomization', [['Print what a directory makes', 'kubectl kustomize overlays/test']]),
  label: help('Change the labels of objects', [['Add one', 'kubectl label pod web tier=front'], ['Change one', 'kubectl label --overwrite pod web tier=back'], ['Take one away', 'kubectl label pod web tier-']]), // prettier-ignore
  annotate: help('Change the annotations of objects', [['Add one', "kubectl annotate pod web description='my page'"], ['Take one away', 'kubectl annotate pod web description-']]), // prettier-ignore
  completion: help('Print the script that makes Tab complete (bash, zsh, fish, powershell)', [['In Bash, now', 'source <(kubectl completion bash)'], ['In zsh', 'source <(kubectl completion zsh)']]), // prettier-ignore
  'api-resources': help('List the types of objects there are', [['All', 'kubectl api-resources'], ['Those in namespaces', 'kubectl api-resources --namespaced=true']]), // prettier-ignore
  'api-versions': help('List the API versions there are, as group/version', [['All', 'kubectl api-versions']]),
  config: help('Change kubeconfig files', [], 'Which file: --kubeconfig, else those of KUBECONFIG, else ~/.kube/config.'),
  'config current-context': help('Show the current context', [['Show it', 'kubectl config current-context']]),
  'config delete-cluster': help('Remove a cluster', [['Remove test', 'kubectl config delete-cluster test']]),
  'config delete-context': help('Remove a context', [['Remove test', 'kubectl config delete-context test']]),
  'config delete-user': help('Remove a user', [['Remove ann', 'kubectl config delete-user ann']]),
  'config get-clusters': help('List the clusters', [['List them', 'kubectl config get-clusters']]),
  'config get-contexts': help('List the contexts', [
    ['All', 'kubectl config get-contexts'],
    ['One', 'kubectl config get-contexts test'],
  ]),
  'config get-users': help('List the users', [['List them', 'kubectl config get-users']]),
  'config rename-context': help('Give a context another name', [['From old to new', 'kubectl config rename-context old new']]),
  'config set': help('Set one value', [['The address of a cluster', 'kubectl config set clusters.test.server https://1.2.3.4']]),
  'config set-cluster': help('Add or change a cluster', [['Its address', 'kubectl config set-cluster test --server=https://1.2.3.4']]),
  'config set-context': help('Add or change a context', [
    ['Work in the namespace shop', 'kubectl config set-context --current --namespace=shop'],
  ]),
  'config set-credentials': help('Add or change a user', [['A token', 'kubectl config set-credentials ann --token=secret']]),
  'config unset': help('Remove one value', [['The current context', 'kubectl config unset current-context']]),
  'config use-context': help('Choose the current context', [['Use test', 'kubectl config use-context test']]),
  'config view': help('Show the configuration', [['Merged, without secrets', 'kubectl config view'], ['The current namespace', "kubectl config view --minify -o jsonpath='{..namespace}'"]]), // prettier-ignore
  kuberc: help('Keep preferences of your own', [], 'They are kept in ~/.kube/kuberc: defaults for flags, and commands by other names.'),
  'kuberc set': help('Add or change a preference', [['Wide tables unless told otherwise', 'kubectl kuberc set --section defaults --command get --option output=wide'], ['A command by another name', 'kubectl kuberc set --section aliases --name getn --command get --prependarg nodes']]), // prettier-ignore
  'kuberc view': help('Show the preferences', [['As YAML', 'kubectl kuberc view']]),
  plugin: help('Find plug-ins', [['List them', 'kubectl plugin list']], 'A plug-in is a program on PATH whose name begins with kubectl-.'),
  'plugin list': help('List the plug-ins on PATH', [['With their paths', 'kubectl plugin list']]),
  version: help('Show the versions of client and server', [
    ['Both', 'kubectl version'],
    ['The client alone', 'kubectl version --client'],
  ]),
  options: help('List the flags of every command', [['List them', 'kubectl options']]),
  alpha: help('Commands that may still change'),
  help: help('Explain a command', [], 'kubectl help COMMAND and kubectl COMMAND --help say the same.'),
}
