#!/usr/bin/env bash
# The five-minute tour of the README, headless: npm run -s sim -- run test/scripts/tour.sh
# Prints what each step shows and ends with 1 at the first step that shows something else.
set -u

step() { printf '\n### %s\n' "$1"; }
expect() { # expect PATTERN TEXT
  printf '%s\n' "$2"
  printf '%s\n' "$2" | grep -Eq -- "$1" || { echo "TOUR FAILED: expected $1"; exit 1; }
}

step 'A cluster is already there'
expect 'controlplane +Ready +control-plane' "$(kubectl get nodes)"
expect 'kube-system +coredns-.*Running' "$(kubectl get pods -A)"

step 'Three copies of nginx'
expect 'deployment.apps/web created' "$(kubectl create deployment web --image=nginx --replicas=3)"
expect 'successfully rolled out' "$(kubectl rollout status deployment/web)"
expect '^web +3/3 +3 +3' "$(kubectl get deployment web)"

step 'A Service in front of them, asked from another Pod'
expect 'service/web exposed' "$(kubectl expose deployment web --port=80)"
expect 'Welcome to nginx!' "$(kubectl run -i --rm probe --image=busybox --restart=Never -- sh -c 'nslookup web; wget -qO- http://web')"

step 'A manifest from standard input, and pipes'
expect 'configmap/motd created' "$(cat <<EOF | kubectl apply -f -
apiVersion: v1
kind: ConfigMap
metadata:
  name: motd
data:
  text: hello
EOF
)"
expect '3 .*image: nginx' "$(kubectl get pods -l app=web -o yaml | grep ' image: nginx' | sort | uniq -c)"

step 'A deleted Pod is replaced, a Deployment is scaled'
kubectl delete "$(kubectl get pods -l app=web -o name | head -n 1)"
expect 'successfully rolled out' "$(kubectl rollout status deployment/web)"
expect 'scaled' "$(kubectl scale deployment web --replicas=5)"
expect 'successfully rolled out' "$(kubectl rollout status deployment/web | tail -n 1)"

step 'A new version, a version that does not exist, and back'
expect 'image updated' "$(kubectl set image deployment/web nginx=nginx:1.29)"
expect 'successfully rolled out' "$(kubectl rollout status deployment/web | tail -n 1)"
expect 'image updated' "$(kubectl set image deployment/web nginx=nginx:1.99)"
sleep 60
expect 'ErrImagePull|ImagePullBackOff' "$(kubectl get pods -l app=web)"
expect 'Failed to pull image "nginx:1.99"' "$(kubectl describe pods -l app=web)"
expect 'rolled back' "$(kubectl rollout undo deployment/web)"
expect 'successfully rolled out' "$(kubectl rollout status deployment/web | tail -n 1)"

step 'Probes: not ready is out of the Service, not alive is restarted'
kubectl apply -f - <<'EOF'
apiVersion: v1
kind: Pod
metadata:
  name: moody
  labels: {app: moody}
spec:
  containers:
  - name: moody
    image: busybox
    args: [sh, -c, 'touch /tmp/alive; sleep 600']
    readinessProbe: {exec: {command: [cat, /tmp/ready]}, periodSeconds: 2}
    livenessProbe: {exec: {command: [cat, /tmp/alive]}, periodSeconds: 5, failureThreshold: 1}
---
apiVersion: v1
kind: Service
metadata: {name: moody}
spec:
  selector: {app: moody}
  ports: [{port: 80}]
EOF
sleep 10
expect '^moody +0/1 +Running' "$(kubectl get pod moody)"
expect '^moody +[0-9]+s$' "$(kubectl get endpoints moody 2>/dev/null)" # no address that is ready
kubectl exec moody -- touch /tmp/ready
sleep 5
expect '^moody +1/1 +Running' "$(kubectl get pod moody)"
expect '^moody +[0-9.]+:80' "$(kubectl get endpoints moody 2>/dev/null)"
kubectl exec moody -- rm /tmp/alive
sleep 60
expect '^moody +[01]/1 +Running +[1-9]' "$(kubectl get pod moody)"

step 'A Job that computes'
kubectl create job pi --image=perl -- perl -Mbignum=bpi -wle 'print bpi(100)'
kubectl wait --for=condition=complete job/pi --timeout=120s
expect '^3\.14159265358979323846' "$(kubectl logs job/pi)"

printf '\nThe tour is complete.\n'
