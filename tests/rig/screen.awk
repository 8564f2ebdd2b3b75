# SUMMARY: Draws the last screen of a serial console log as plain text: awk -f screen.awk console.log
#
# Knows what installers and boot menus send: cursor positions, erasing, line drawing; ignores colours and the rest.
BEGIN {
    RS = "\001"
    rows = 25
    columns = 80
    frame = "lqkxmjtuwvn"
    corners = "+-+|++++++" "+"
}

function clear(   r, c) {
    for (r = 1; r <= rows; r++)
        for (c = 1; c <= columns; c++)
            grid[r, c] = " "
}

function put(character,   at) {
    if (drawing && (at = index(frame, character)))
        character = substr(corners, at, 1)
    if (column <= columns)
        grid[row, column] = character
    column++
}

function erase_line(   c) {
    for (c = column; c <= columns; c++)
        grid[row, c] = " "
}

function control(body, final,   part) {
    split(body, part, ";")
    if (final == "H" || final == "f") {
        row = part[1] > 0 ? part[1] + 0 : 1
        column = part[2] > 0 ? part[2] + 0 : 1
    } else if (final == "J") {
        clear()
    } else if (final == "K") {
        erase_line()
    } else if (final == "d") {
        row = part[1] > 0 ? part[1] + 0 : 1
    } else if (final == "G") {
        column = part[1] > 0 ? part[1] + 0 : 1
    } else if (final == "C") {
        column += part[1] > 0 ? part[1] : 1
    } else if (final == "A") {
        row -= part[1] > 0 ? part[1] : 1
    } else if (final == "B") {
        row += part[1] > 0 ? part[1] : 1
    } else if (final == "X") {
        erase_line()
    }
    if (row > rows)
        row = rows
    if (row < 1)
        row = 1
}

function line_feed(   r, c) {
    if (row < rows) {
        row++
        return
    }
    for (r = 1; r < rows; r++)
        for (c = 1; c <= columns; c++)
            grid[r, c] = grid[r + 1, c]
    for (c = 1; c <= columns; c++)
        grid[rows, c] = " "
}

{
    clear()
    row = column = 1
    length_ = length($0)
    for (i = 1; i <= length_; i++) {
        character = substr($0, i, 1)
        if (character == "\033") {
            rest = substr($0, i, 32)
            if (match(rest, /^\033\[[0-9;?]*[A-Za-z@`]/)) {
                control(substr(rest, 3, RLENGTH - 3), substr(rest, RLENGTH, 1))
            } else if (match(rest, /^\033[()][0-9A-B]/)) {
                drawing = substr(rest, 3, 1) == "0"
            } else {
                match(rest, /^\033./)
            }
            i += RLENGTH - 1
        } else if (character == "\r") {
            column = 1
        } else if (character == "\n") {
            line_feed()
        } else if (character == "\b") {
            column -= column > 1
        } else if (character == "\016" || character == "\017") {
            drawing = character == "\016"
        } else if (character >= " ") {
            put(character)
        }
    }
}

END {
    for (r = 1; r <= rows; r++) {
        line = ""
        for (c = 1; c <= columns; c++)
            line = line grid[r, c]
        sub(/ +$/, "", line)
        print line
    }
}
