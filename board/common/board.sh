# SUMMARY: Reads a board's definition; sourced after shell.sh, never run.
# shellcheck shell=bash disable=SC2154 # variables of shell.sh

# Every board there is, one a line.
boards() {
    local definition
    for definition in "$tree"/board/*/board.env; do
        definition=${definition%/board.env}
        printf '%s\n' "${definition##*/}"
    done
}

# read_board NAME: sets the variables of board/NAME/board.env.
read_board() {
    board=$1
    if [[ $board == */* ]] || [ ! -r "$tree/board/$board/board.env" ]; then
        die "no board '$board'; there are: $(boards | paste --serial --delimiters=' ')"
    fi
    # shellcheck disable=SC1090
    source "$tree/board/$board/board.env"
}
