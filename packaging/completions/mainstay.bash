# bash completion for mainstay and pcs; made by 'mainstay completion bash'
_mainstay() {
    local IFS=$'\n'
    local words=$(mainstay completion words "${COMP_WORDS[@]:1:COMP_CWORD-1}" 2>/dev/null)
    COMPREPLY=($(compgen -W "$words" -- "${COMP_WORDS[COMP_CWORD]}"))
}
complete -F _mainstay mainstay pcs
