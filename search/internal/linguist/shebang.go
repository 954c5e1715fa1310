package linguist

import (
	"bytes"
	"path"
	"strings"
)

var (
	shebangExecHack = lazy(`exec (\w+)[\s"']+\$0[\s"']+\$@`)
	shebangVersion  = lazy(`\.\d+$`)
	envArgument     = lazy(`^(-[i0uCSv]*|--\S+|\S+=\S+)$`)
)

// ByShebang returns the languages of the interpreter in the content's #! line, or none if there is
// no such line or the interpreter is not known.
func ByShebang(content []byte) []string {
	if !bytes.HasPrefix(content, []byte("#!")) {
		return nil
	}
	return byInterpreter()[interpreter(content)]
}

// interpreter returns the name of the interpreter in the #! line, by the rules of linguist's
// shebang.rb (MIT License). Unlike enry's common.go, these rules cut the last part of a version at
// the end of any name (pypy3.9), and env may run an interpreter whose name contains a hyphen
// (ts-node).
func interpreter(content []byte) string {
	line, _, _ := bytes.Cut(content, []byte("\n"))
	words := strings.Fields(string(line[len("#!"):]))
	if len(words) == 0 {
		return ""
	}
	name, rest := words[0], words[1:]
	if name = name[strings.LastIndexByte(name, '/')+1:]; name == "env" && words[0] != name {
		for len(rest) > 1 && envArgument().MatchString(rest[0]) {
			rest = rest[1:]
		}
		if len(rest) == 0 {
			return ""
		}
		name, rest = rest[0], rest[1:]
	}
	name = shebangVersion().ReplaceAllString(name, "")
	switch {
	case name == "sh":
		name = multilineExec(content)
	case name == "osascript" && strings.Contains(strings.Join(rest, " "), "-l"):
		return "" // the argument decides the language
	}
	return path.Base(name)
}

// multilineExec returns the interpreter that the first lines of a sh script run on the script
// itself, as in `exec scala "$0" "$@"`, or sh if there is none.
func multilineExec(content []byte) string {
	const lines = 5
	for range lines {
		line, rest, _ := bytes.Cut(content, []byte("\n"))
		if m := shebangExecHack().FindSubmatch(line); m != nil {
			return string(m[1])
		}
		content = rest
	}
	return "sh"
}
