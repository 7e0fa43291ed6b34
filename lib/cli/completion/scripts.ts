import { PROPOSE } from "./propose.ts";
import type { Shell } from "./shells.ts";

/** What teaches each shell: it asks the program itself, so that it is never older than that. */
export const SCRIPTS: Readonly<Record<Shell, string>> = {
  // Bash splits words at "=" and ":"; what belongs together is told by the blanks between. Works from 3.2 on,
  // which macOS has.
  bash: `_cirrus() {
  local rest=$COMP_LINE current=\${COMP_WORDS[COMP_CWORD]} word blanks proposal
  local -a words=()
  for word in "\${COMP_WORDS[@]:0:COMP_CWORD+1}"; do
    blanks=\${rest%%[![:space:]]*}
    rest=\${rest#"$blanks"}
    rest=\${rest#"$word"}
    if [[ -n $blanks || \${#words[@]} -eq 0 ]]; then
      words+=("$word")
    else
      words[\${#words[@]}-1]+=$word
    fi
  done
  [[ $current == [=:] ]] && current=
  local glued=\${words[\${#words[@]}-1]}
  glued=\${glued%"$current"}
  COMPREPLY=()
  while IFS= read -r proposal; do
    proposal=\${proposal%%$'\\t'*}
    COMPREPLY+=("\${proposal#"$glued"}")
  done < <("\${words[0]}" ${PROPOSE} "\${words[@]:1}" 2>/dev/null)
}
complete -o default -F _cirrus cirrus
`,
  zsh: `#compdef cirrus
_cirrus() {
  local -a proposals
  local proposal tab=$'\\t'
  for proposal in "\${(@f)$("$words[1]" ${PROPOSE} "\${(@Q)words[2,CURRENT]}" 2>/dev/null)}"; do
    [[ -n $proposal ]] && proposals+=("\${\${proposal//:/\\\\:}/$tab/:}")
  done
  if (( $#proposals )); then
    _describe -t cirrus cirrus proposals
  else
    _files
  fi
}
if [[ $funcstack[1] == _cirrus ]]; then
  _cirrus "$@"
else
  compdef _cirrus cirrus
fi
`,
  fish: `function __cirrus_complete
    set -l words (commandline --tokenize --cut-at-cursor --current-process)
    set -l proposals ($words[1] ${PROPOSE} $words[2..-1] (commandline --current-token --cut-at-cursor) 2>/dev/null)
    if set --query proposals[1]
        string join \\n -- $proposals
    else
        __fish_complete_path (commandline --current-token --cut-at-cursor)
    end
end
complete --command cirrus --no-files --arguments '(__cirrus_complete)'
`,
};
