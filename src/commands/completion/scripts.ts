/*
 * The code that each shell runs on TAB. `recx complete` prints a line with the directive and a line for each candidate. Candidates
 * are data: no script evaluates anything, and each shell quotes them itself (for bash, recx quotes them).
 */

const bash = `# Completion of recx for bash: source <(recx completion bash)
_recx() {
  local directive='' word=''
  COMPREPLY=()
  {
    IFS= read -r directive
    while IFS= read -r word; do COMPREPLY+=("$word"); done
  } < <(command recx complete --line="\${COMP_LINE:0:COMP_POINT}" --breaks="$COMP_WORDBREAKS" 2>/dev/null </dev/null)
  compopt -o nosort 2>/dev/null
  case $directive in
    open) compopt -o nospace 2>/dev/null ;;
    files) compopt -o default 2>/dev/null ;;
    folders) compopt -o dirnames 2>/dev/null ;;
  esac
}
# The bash of macOS lacks compopt, so file names are offered everywhere.
if type compopt >/dev/null 2>&1; then complete -F _recx recx; else complete -o default -F _recx recx; fi
`;

const zsh = String.raw`#compdef recx
# Completion of recx for zsh: source <(recx completion zsh), or this as _recx in a folder of $fpath
_recx() {
  local -a answer values shown before
  local line value width=0
  before=("${'$'}{(@Q)words[2,CURRENT-1]}")
  (( CURRENT > 2 )) || before=()
  answer=("${'$'}{(@f)$(command recx complete -- "${'$'}{before[@]}" "${'$'}{(Q)PREFIX}" 2>/dev/null </dev/null)}")
  case $answer[1] in
    files) compset -P '--[a-z-]#='; _files; return ;;
    folders) compset -P '--[a-z-]#='; _files -/; return ;;
  esac
  for line in "${'$'}{(@)answer[2,-1]}"; do
    value=${'$'}{line%%$'\t'*}
    values+=("$value")
    (( ${'$'}{#value} > width )) && width=${'$'}{#value}
  done
  for line in "${'$'}{(@)answer[2,-1]}"; do
    value=${'$'}{line%%$'\t'*}
    [[ $line == *$'\t'* ]] && value="${'$'}{(r:width:)value}  ${'$'}{line#*$'\t'}"
    shown+=("${'$'}{value[1,COLUMNS-1]}")
  done
  (( ${'$'}{#values} )) || return 1
  if [[ $answer[1] == open ]]; then compadd -S '' -V recx -l -d shown -a values; else compadd -V recx -l -d shown -a values; fi
}
if [[ $funcstack[1] == _recx ]]; then
  _recx "$@"
else
  (( $+functions[compdef] )) || { autoload -Uz compinit && compinit -i; }
  compdef _recx recx
fi
`;

const fish = String.raw`# Completion of recx for fish: recx completion fish > ~/.config/fish/completions/recx.fish
function __recx_complete
  set -l before (commandline -opc)
  set -e before[1]
  set -l typed (commandline -ct)
  set -l plain (string unescape -- $typed; or string replace -r '^[\'"]' '' -- $typed)
  set -l answer (command recx complete -- $before "$plain" 2>/dev/null </dev/null)
  set -l flag (string match -r -- '^--[a-z-]+=' $typed)
  set -l path (string replace -r -- '^--[a-z-]+=' '' $typed)
  switch "$answer[1]"
    case files
      for file in (__fish_complete_path $path)
        printf '%s\n' "$flag$file"
      end
    case folders
      for file in (__fish_complete_directories $path)
        printf '%s\n' "$flag$file"
      end
    case '*'
      printf '%s\n' $answer[2..-1]
  end
end
complete -c recx -e
complete -c recx -k -f -a '(__recx_complete)'
`;

/** The script of each shell. */
export const scripts = { bash, zsh, fish } as const;
