package linguist

import (
	"bufio"
	"bytes"
	"path"
	"strings"
)

var (
	shebangExecHack = lazy(`exec (\w+).+\$0.+\$@`)
	pythonVersion   = lazy(`python\d\.\d+`)
	envOptArgs      = lazy(`-[i0uCSv]*|--\S+`)
	envVarArgs      = lazy(`\S+=\S+`)
)

// ByShebang returns the languages of the interpreter in the content's #! line, or none if there is
// no such line.
func ByShebang(content []byte) []string {
	if !bytes.HasPrefix(content, []byte("#!")) {
		return nil
	}
	return byInterpreter()[interpreter(content)]
}

// interpreter is derived from enry's common.go (Apache License 2.0).
func interpreter(content []byte) string {
	line, _, _ := bytes.Cut(content, []byte("\n"))
	line = bytes.TrimSpace(line[len("#!"):])
	words := bytes.Fields(line)
	if len(words) == 0 {
		return ""
	}
	name := path.Base(string(words[0]))
	if name == "env" {
		if len(words) == 1 {
			return ""
		}
		for len(words) > 2 && (envOptArgs().Match(words[1]) || envVarArgs().Match(words[1])) {
			words = words[1:]
		}
		name = path.Base(string(words[1]))
	}
	if name == "sh" {
		name = multilineExec(content)
	}
	if pythonVersion().MatchString(name) {
		name = name[:strings.Index(name, ".")]
	}
	if name == "osascript" && bytes.Contains(line, []byte("-l")) {
		return "" // the argument decides the language
	}
	return name
}

// multilineExec returns the interpreter that the first lines of a sh script run on the script
// itself, as in `exec scala "$0" "$@"`, or sh if there is none.
func multilineExec(content []byte) string {
	const lines = 5
	s := bufio.NewScanner(bytes.NewReader(content))
	for i := 0; i < lines && s.Scan(); i++ {
		if m := shebangExecHack().FindSubmatch(s.Bytes()); m != nil {
			return string(m[1])
		}
	}
	return "sh" // also after a line that is too long for the scanner
}
