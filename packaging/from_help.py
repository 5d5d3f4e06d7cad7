#!/usr/bin/env python3
"""from_help.py PROGRAM FOLDER: writes the man page syncgap.1 and the completions syncgap.bash and
_syncgap into FOLDER, made from what the program's --help says."""

import dataclasses
import os
import pathlib
import re
import subprocess
import sys

# What a word of a command is, by the name the help gives it: a kind of file, or names to ask for.
FILES = {"job": "toml", "record": "h5", "records": "h5"}


@dataclasses.dataclass
class Command:
    name: str
    about: str
    words: list    # (name, text)
    options: list  # (names, argument or "", text)


def help_of(program, *command):
    # Lines are not broken for a terminal that is not there.
    return subprocess.run([program, *command, "--help"], capture_output=True, text=True, check=True,
                          env={**os.environ, "COLUMNS": "200"}).stdout


def sections(text):
    """The lines of every part of a help that has a heading, by heading; what comes before as ''."""
    parts, heading = {"": []}, ""
    for line in text.splitlines():
        found = re.fullmatch(r"(\w[\w ]*):", line.strip())
        if found:
            heading = found[1].upper()
            parts[heading] = []
        elif line.startswith("Exit codes:"):
            heading = "EXIT CODES"
            parts[heading] = [line.removeprefix("Exit codes:").strip()]
        elif line.strip():
            parts[heading].append(line)
    return parts


def entries(lines):
    """Pairs of what stands left and right in a part; a line without a left one goes on."""
    found = []
    for line in lines:
        left, _, right = line.strip().partition("  ")
        if line.startswith(" " * 20) and found:
            found[-1][1] += " " + line.strip()
        elif right or not found:
            found.append([left, right.strip()])
        else:
            found.append([left, ""])
    return found


def read_command(program, name):
    parts = sections(help_of(program, *name.split()))
    words = [(left.split()[0], right) for left, right in entries(parts.get("POSITIONALS", []))]
    options = []
    for left, right in entries(parts.get("OPTIONS", [])):
        names, _, argument = left.partition(" ")
        kind = re.match(r"[A-Z]*", argument)[0]
        options.append((names.split(","), kind, right))
    return Command(name, parts[""][0], words, options), parts


def read_commands(program):
    top, parts = read_command(program, "")
    names = [left for left, _ in entries(parts["SUBCOMMANDS"])]
    return top, [read_command(program, name)[0] for name in names], " ".join(parts["EXIT CODES"])


def roff(text):
    return text.replace("\\", "\\e").replace("-", "\\-").replace("\n.", "\n\\&.")


def man_page(top, commands, exit_codes, version):
    lines = [f'.TH SYNCGAP 1 "" "syncgap {version}" "User Commands"',
             ".SH NAME", "syncgap \\- " + roff(top.about.rstrip(".")),
             ".SH SYNOPSIS", ".B syncgap", ".I COMMAND", "[options]", ".SH COMMANDS"]
    for command in commands:
        words = " ".join(f"\\fI{roff(name)}\\fR" for name, _ in command.words)
        lines += [f".SS syncgap {command.name} {words}", roff(command.about) + "."]
        for name, text in command.words:
            lines += [".TP", f"\\fI{roff(name)}\\fR", roff(text)]
        for names, argument, text in command.options:
            left = ", ".join(f"\\fB{roff(n)}\\fR" for n in names)
            lines += [".TP", left + (f" \\fI{argument}\\fR" if argument else ""), roff(text)]
    lines += [".SH EXIT STATUS"]
    for code in re.split(r",\s+(?=\d+ )", exit_codes.rstrip(".")):
        number, _, meaning = code.partition(" ")
        lines += [".TP", number, roff(meaning)]
    return "\n".join(lines) + "\n"


def shell_words(command):
    return " ".join(name for names, _, _ in command.options for name in names)


def bash_completion(commands):
    cases, files = [], []
    for command in commands:
        cases.append(f"    {command.name}) options='{shell_words(command)}' ;;")
        kinds = [FILES[name] for name, _ in command.words if name in FILES]
        if kinds:
            files.append(f"    {command.name}) ending={kinds[0]} ;;")
    names = " ".join(command.name for command in commands)
    return f"""# Completes commands, options, jobs and records of syncgap in bash.
_syncgap() {{
  local word=${{COMP_WORDS[COMP_CWORD]}} command=${{COMP_WORDS[1]}} options='' ending=''
  COMPREPLY=()
  if [ "$COMP_CWORD" -eq 1 ]; then
    mapfile -t COMPREPLY < <(compgen -W '{names}' -- "$word")
    return
  fi
  case $command in
{chr(10).join(cases)}
  esac
  case $command in
{chr(10).join(files)}
  esac
  if [[ $word == -* ]]; then
    mapfile -t COMPREPLY < <(compgen -W "$options" -- "$word")
  elif [ "$command" = options ]; then
    mapfile -t COMPREPLY < <(compgen -W "$(syncgap experiments 2>/dev/null |
      awk '/^[a-z]/ {{print $1}}')" -- "$word")
  elif [ -n "$ending" ]; then
    compopt -o filenames 2>/dev/null
    mapfile -t COMPREPLY < <(compgen -f -X "!*.$ending" -- "$word"; compgen -d -- "$word")
  fi
}}
complete -F _syncgap syncgap
"""


def zsh_text(text):
    return re.sub(r"([\\:\[\]'])", r"\\\1", text).replace("\\'", "'\\''")


def zsh_completion(commands):
    lines = ["#compdef syncgap", "local -a commands", "commands=("]
    lines += [f"  '{command.name}:{zsh_text(command.about)}'" for command in commands]
    lines += [")", "if (( CURRENT == 2 )); then", "  _describe command commands", "  return", "fi",
              "local command=$words[2]", "shift words", "(( CURRENT-- ))", "case $command in"]
    for command in commands:
        lines.append(f"  {command.name})")
        lines.append("    _arguments \\")
        for names, argument, text in command.options:
            takes = f":{argument.lower()}:_files" if argument else ""
            lines += [f"      '{name}[{zsh_text(text)}]{takes}' \\" for name in names]
        for name, text in command.words:
            kind = f"_files -g \"*.{FILES[name]}\"" if name in FILES else (
                "($(syncgap experiments | awk \"/^[a-z]/ {print \\$1}\"))")
            lines.append(f"      '*:{zsh_text(text)}:{kind}' \\")
        lines[-1] = lines[-1].removesuffix(" \\")
        lines.append("    ;;")
    return "\n".join([*lines, "esac"]) + "\n"


def main():
    program, folder = sys.argv[1], pathlib.Path(sys.argv[2])
    top, commands, exit_codes = read_commands(program)
    told = subprocess.run([program, "version"], capture_output=True, text=True, check=True).stdout
    version = re.search(r"\d+(\.\d+)+", told)[0]
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "syncgap.1").write_text(man_page(top, commands, exit_codes, version))
    (folder / "syncgap.bash").write_text(bash_completion(commands))
    (folder / "_syncgap").write_text(zsh_completion(commands))


if __name__ == "__main__":
    main()
