import { out, usageError, type Command } from '../session'

/** Each script asks `kubectl __complete` what could stand at the cursor and hands the answer to its shell. */
const scripts: Readonly<Record<string, string>> = {
  bash: `# Completion of kubectl for Bash.
__start_kubectl() {
  local words=("\${COMP_WORDS[@]:1:COMP_CWORD}") answer directive line
  [[ \${#words[@]} -lt COMP_CWORD ]] && words+=("")
  answer=$(kubectl __completeNoDesc "\${words[@]}" 2>/dev/null) || return
  directive=\${answer##*:}
  answer=\${answer%:*}
  COMPREPLY=()
  local current=\${COMP_WORDS[COMP_CWORD]}
  if (( directive & 8 )); then
    compopt -o filenames
    while read -r line; do
      [[ $line ]] && COMPREPLY+=($(compgen -f -X "!*.$line" -- "$current"))
    done <<< "$answer"
    COMPREPLY+=($(compgen -d -- "$current"))
    return
  fi
  while read -r line; do
    [[ $line == "$current"* ]] && COMPREPLY+=("$line")
  done <<< "$answer"
  (( directive & 2 )) && compopt -o nospace
  (( directive & 4 )) || [[ $COMPREPLY ]] || compopt -o default
}
complete -F __start_kubectl kubectl
`,
  zsh: `#compdef kubectl
# Completion of kubectl for zsh.
_kubectl() {
  local -a lines choices
  local directive line
  lines=("\${(@f)$(kubectl __complete "\${(@)words[2,CURRENT]}" 2>/dev/null)}")
  directive=\${lines[-1]#:}
  for line in "\${(@)lines[1,-2]}"; do
    choices+=("\${\${line//:/\\\\:}/$'\\t'/:}")
  done
  if (( directive & 8 )); then
    _files -g "*.(\${(j:|:)choices})"
  elif (( \${#choices} )); then
    if (( directive & 2 )); then _describe kubectl choices -S ''; else _describe kubectl choices; fi
  elif (( ! (directive & 4) )); then
    _files
  fi
}
compdef _kubectl kubectl
`,
  fish: `# Completion of kubectl for fish.
function __kubectl_candidates
    set -l words (commandline -opc)
    set -l answer (kubectl __complete $words[2..-1] (commandline -ct) 2>/dev/null)
    printf '%s\\n' $answer[1..-2]
end
complete -c kubectl -f -a '(__kubectl_candidates)'
`,
  powershell: `# Completion of kubectl for PowerShell.
Register-ArgumentCompleter -Native -CommandName kubectl -ScriptBlock {
    param($wordToComplete, $commandAst, $cursorPosition)
    $words = @($commandAst.CommandElements | Select-Object -Skip 1 | ForEach-Object { "$_" })
    if ($wordToComplete -eq '') { $words += '""' }
    Invoke-Expression "kubectl __complete $words 2>\`$null" | Where-Object { $_ -notmatch '^:\\d+$' } | ForEach-Object {
        $name, $about = $_ -split "\`t", 2
        [System.Management.Automation.CompletionResult]::new($name, $name, 'ParameterValue', $(if ($about) { $about } else { $name }))
    }
}
`,
}

/** `kubectl completion SHELL`: the script to source. */
export const completion: Command = {
  *run(kubectl) {
    const [shell, ...more] = kubectl.args
    if (shell === undefined) throw usageError(kubectl, 'Shell not specified.')
    if (more.length) throw usageError(kubectl, 'Too many arguments. Expected only the shell type.')
    const script = scripts[shell]
    if (script === undefined) throw usageError(kubectl, `Unsupported shell type ${JSON.stringify(shell)}.`)
    yield* out(script)
  },
}
