/** Names of the tools of all.ts, so that file trees can be made before the programs are loaded; a test keeps the two lists equal. */
export const toolNames: readonly string[] =
  '[ apk apt apt-get arch awk base64 basename bash bc cat chgrp chmod chown chroot cksum clear cmp column comm cp curl cut dash date dd df diff dig dirname dnf du echo editor egrep env envsubst expand expr factor fallocate false fgrep find fold free gawk getent grep groups gunzip gzip hd head hexdump host hostname id ifconfig ip join jq kill killall less ln ls man mawk md5sum microdnf mkdir mktemp more mount mv nano nc netcat netstat nice nl nohup nproc nslookup od openssl paste perl pgrep pidof ping pkill printenv printf ps pwd readlink realpath rev rm rmdir route sed seq sh sha1sum sha256sum shuf sleep sort split sponge ss stat stdbuf strings stty sudo sync sysctl tac tail tar tee telnet test time timeout top touch tput tr tree true truncate tty uname uniq uptime vi vim watch wc wget which whoami xargs xxd yes yum zcat'.split(
    ' ',
  )

export const busyboxToolNames: readonly string[] =
  '[ arch ash awk base64 basename bc busybox cat chgrp chmod chown chroot cksum clear cmp comm cp cut date dd df diff dirname du echo egrep env expand expr factor fallocate false fgrep find fold free grep groups gunzip gzip hd head hexdump hostname id ifconfig ip kill killall less ln ls md5sum mkdir mktemp more mount mv nc netstat nice nl nohup nproc nslookup od paste pgrep pidof ping pkill printenv printf ps pwd readlink realpath rev rm rmdir route sed seq sh sha1sum sha256sum shuf sleep sort split stat strings stty sync sysctl tac tail tar tee telnet test time timeout top touch tr tree true truncate tty uname uniq uptime vi watch wc wget which whoami xargs xxd yes zcat'.split(
    ' ',
  )
