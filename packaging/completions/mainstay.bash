# bash completion for mainstay and pcs; made by 'mainstay completion bash'
_mainstay() {
    local IFS=$'\n'
    COMPREPLY=($(compgen -W "$(mainstay completion words "${COMP_WORDS[@]:1:COMP_CWORD-1}" 2>/dev/null)" -- "${COMP_WORDS[COMP_CWORD]}"))
}
complete -F _mainstay mainstay pcs
