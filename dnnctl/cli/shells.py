"""Completion in bash and zsh as click has it, but for a few habits of theirs; imported only while a shell completes.

In bash, names stand beside the files that bash itself would complete, and keys may have `=` in them; in both, no space
is put behind a key that goes on.
"""

import os

from click.shell_completion import BashComplete, CompletionItem, ZshComplete, add_completion_class, split_arg_string

BASH = """\
%(complete_func)s() {
    local line files= word="${COMP_WORDS[COMP_CWORD]}"
    COMPREPLY=()
    while IFS= read -r line; do
        case "$line" in
            dir,*) files=-d ;;
            file,*) files=-f ;;
            plain,*) COMPREPLY+=("${line#plain,}") ;;
        esac
    done < <(COMP_LINE="${COMP_LINE:0:COMP_POINT}" COMP_WORD="$word" %(complete_var)s=bash_complete "$1" 2>/dev/null)
    if [[ -n $files && ( ${#COMPREPLY[@]} -eq 0 || $word == *[\\"\\'\\\\~\\$]* ) ]]; then
        COMPREPLY=()
        if [[ $files == -d ]]; then compopt -o dirnames; else compopt -o bashdefault -o default; fi
    elif [[ -n $files ]]; then
        compopt -o filenames
        while IFS= read -r line; do COMPREPLY+=("$line"); done < <(compgen $files -- "$word")
    elif [[ ${#COMPREPLY[@]} -eq 1 && ${COMPREPLY[0]} == *[=.] ]]; then
        compopt -o nospace
    fi
}
complete -o nosort -F %(complete_func)s %(prog_name)s
"""


WHOLE = '    if [ -n "$completions" ]; then'
PARTIAL = """\
    local -a partial
    partial=(${(M)completions:#*[=.]})
    completions=(${completions:#*[=.]})
    if [ -n "$partial" ]; then
        compadd -U -S '' -V unsorted -a partial
    fi

"""


@add_completion_class
class Zsh(ZshComplete):
    """Puts no space behind what ends in `=` or a point."""

    source_template = ZshComplete.source_template.replace(WHOLE, PARTIAL + WHOLE)


@add_completion_class
class Bash(BashComplete):
    """Takes the whole line, as bash cuts words at `=` and `:`, and hands back what stands behind the cut."""

    source_template = BASH

    def get_completion_args(self) -> tuple[list[str], str]:
        """Return the words before the cursor, and the one at it."""
        line = os.environ.get("COMP_LINE", "")
        words = split_arg_string(line)
        # A space that ends no word is in quotes, or escaped.
        begun = bool(words) and (not line[-1:].isspace() or words[-1][-1:].isspace())
        incomplete = words.pop() if begun else ""
        self._before = _before(incomplete, os.environ.get("COMP_WORD", ""))
        return words[1:], incomplete

    def format_completion(self, item: CompletionItem[str]) -> str:
        """Return a line for the function above."""
        return f"{item.type},{item.value.removeprefix(self._before)}"


def _before(incomplete: str, word: str) -> str:
    """Return what stands, in the word that is completed, before the part of it that bash takes for a word."""
    part = "" if word in {"=", ":"} else word
    before = incomplete.removesuffix(part) if incomplete.endswith(part) else ""
    # Of `--set=engine=n`, what is completed begins behind the option.
    return before.partition("=")[2] if before.startswith("-") else before
