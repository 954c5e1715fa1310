package conformance

import "strings"

// lines is the number of lines by language, for each commit.
func lines(maps ...map[string]int64) truth { return byValue(maps...) }

type m = map[string]int64

func languageCases() []fixture {
	const group = "Languages"
	one := func(name string, f files, checks ...check) fixture {
		return fixture{name: name, group: group, build: func(b *builder) {
			b.history(files{"plain.txt": "TODO\n"}, f)
		}, checks: checks}
	}
	// interpreted is a file without an extension and with a #! line.
	interpreted := func(name, open, shebang, lang, language string) fixture {
		return one(name, files{"run": shebang + "\nTODO\nlast\n"}, marked(open,
			check{query: "lang:" + lang, want: values(0, 1)},
			check{query: "TODO lang:" + lang, want: values(0, 1)},
			check{languages: true, want: lines(m{"Text": 1}, m{"Text": 1, language: 3})},
		)...)
	}
	attributes := func(name, text string, f files, checks ...check) fixture {
		f[".gitattributes"] = text
		return one(name, f, append(checks, check{query: "TODO case:yes", want: grep("-F", "-e", "TODO")})...)
	}
	const code = "package x\n\n// TODO\n"
	return []fixture{
		one("extensions", files{"a.go": code, "b.py": "# TODO\n", "c.rs": "fn main() {} // TODO\n", "D.GO": code, "e.Py": "# TODO\n", "x.tsx": "TODO\n", "y.jl": "TODO\n"},
			check{query: "lang:go", want: values(0, 2)},
			check{query: "TODO lang:python", want: values(0, 2)},
			check{query: "TODO -lang:go -lang:python", want: values(1, 4)},
			check{query: "TODO (lang:go OR lang:rust)", want: values(0, 3)},
			check{query: "lang:golang", want: values(0, 2)},
			check{languages: true, want: lines(m{"Text": 1}, m{"Text": 1, "Go": 6, "Python": 2, "Rust": 1, "TSX": 1, "Julia": 1})},
			check{query: "lang:go", languages: true, want: lines(m{}, m{"Go": 6})}),
		one("names", files{"Makefile": "TODO:\n", "Dockerfile": "FROM TODO\n", "go.mod": "module TODO\n", "CMakeLists.txt": "TODO()\n", "Gemfile": "TODO\n", ".bashrc": "TODO\n", "Jenkinsfile": "TODO\n", "makefile": "TODO:\n"},
			check{query: "TODO lang:makefile", want: values(0, 2)},
			check{query: "TODO lang:dockerfile", want: values(0, 1)},
			check{query: `TODO lang:"go module"`, want: values(0, 1)},
			check{query: "TODO lang:cmake", want: values(0, 1)},
			check{query: "TODO lang:ruby", want: values(0, 1)},
			check{query: "TODO lang:groovy", want: values(0, 1)}),
		one("extensions-that-languages-share", files{
			"a.h": "#include <stdio.h>\nint f(void);\n", "b.h": "#import <Foundation/Foundation.h>\n@interface X : NSObject\n@end\n",
			"c.h": "class X { public: int f(); };\nnamespace y {}\n", "d.m": "function y = f(x)\n% TODO\ny = x;\nend\n", "e.m": "#import \"x.h\"\n@implementation X\n@end\n",
			"f.pl": "use strict;\nmy $x = 1;\n", "g.pl": ":- module(x, []).\nf(X) :- g(X).\n", "h.ts": "const x: number = 1\n", "i.sql": "SELECT 1;\n",
		},
			check{query: "lang:objective-c", want: values(0, 2)},
			check{query: "lang:c++", want: values(0, 1)},
			check{query: "lang:c", want: values(0, 1)},
			check{query: "lang:matlab", want: values(0, 1)},
			check{query: "lang:perl", want: values(0, 1)},
			check{query: "lang:prolog", want: values(0, 1)},
			check{query: "lang:typescript", want: values(0, 1)}),
		interpreted("shebang-perl", "", "#!/usr/bin/perl", "perl", "Perl"),
		interpreted("shebang-env-lua", "", "#!/usr/bin/env lua", "lua", "Lua"),
		interpreted("shebang-env-python3", "", "#!/usr/bin/env python3", "python", "Python"),
		interpreted("shebang-with-flags", "", "#!/usr/bin/perl -w", "perl", "Perl"),
		interpreted("shebang-env-with-flags", "", "#!/usr/bin/env -S node --harmony", "javascript", "JavaScript"),
		interpreted("shebang-with-version", "", "#!/usr/bin/env python3.11", "python", "Python"),
		interpreted("shebang-with-version-of-pypy", "", "#!/usr/local/bin/pypy3.9", "python", "Python"),
		interpreted("shebang-with-hyphen", "", "#!/usr/bin/env ts-node --esm", "typescript", "TypeScript"),
		interpreted("shebang-env-split", "", "#!/usr/bin/env -S perl -w", "perl", "Perl"),
		interpreted("shebang-env-with-variables", "", "#! /usr/bin/env -i A=b LUA_PATH=x lua", "lua", "Lua"),
		// linguist cuts only the last part of a version, and knows no interpreter "ruby2".
		one("shebang-with-version-of-ruby", files{"run": "#!/usr/local/bin/ruby2.7\nTODO\n"},
			check{query: "lang:ruby", want: values(0, 0)},
			check{languages: true, want: lines(m{"Text": 1}, m{"Text": 1, "(unknown)": 2})}),
		interpreted("shebang-with-space", "", "#! /usr/bin/awk -f", "awk", "Awk"),
		interpreted("shebang-crlf", "", "#!/usr/bin/env php\r", "php", "PHP"),
		interpreted("shebang-sh", "", "#!/bin/sh", "shell", "Shell"),
		one("shebang-in-a-file-with-extension", files{"run.py": "#!/usr/bin/perl\nTODO\n"}, check{query: "TODO lang:python", want: values(0, 1)}, check{query: "TODO lang:perl", want: values(0, 0)}),
		one("shebang-unknown", files{"run": "#!/usr/bin/nothing\nTODO\n"}, check{languages: true, want: lines(m{"Text": 1}, m{"Text": 1, "(unknown)": 2})}),
		one("shebang-not-on-the-first-line", files{"run": "\n#!/usr/bin/perl\nTODO\n"}, check{query: "TODO lang:perl", want: values(0, 0)}),
		attributes("attribute-language", "*.inc linguist-language=PHP\n*.go linguist-language=Python\n", files{"a.inc": "TODO\n", "b.go": code},
			check{query: "TODO lang:php", want: values(0, 1)},
			check{query: "TODO lang:python", want: values(0, 1)},
			check{query: "TODO lang:go", want: values(0, 0)}),
		attributes("attribute-vendored", "own/* linguist-vendored\nvendor/mine/* -linguist-vendored\n", files{"own/a.go": code, "vendor/mine/b.go": code + code, "vendor/other/c.go": code},
			check{languages: true, query: "lang:go", want: lines(m{}, m{"Go": 6, "(vendored)": 6})}),
		attributes("attribute-of-a-later-commit", "", files{"a.inc": "TODO\n", "sub/.gitattributes": "*.inc linguist-language=Ruby\n", "sub/b.inc": "TODO\n"},
			check{query: "TODO lang:ruby", want: values(0, 1)}),
		one("vendored", files{"vendor/a/b.go": code, "node_modules/x.js": "TODO\n", "x.min.js": "TODO\n", "src/y.js": "TODO\n", "third_party/z.c": "TODO\n"},
			check{languages: true, want: lines(m{"Text": 1}, m{"Text": 1, "JavaScript": 1, "(vendored)": 6})},
			check{query: "TODO lang:go", want: values(0, 1)}),
		one("generated", files{"z.go": "// Code generated by x. DO NOT EDIT.\n\npackage z\n", "p.pb.go": "package p\n"},
			check{languages: true, want: lines(m{"Text": 1}, m{"Text": 1, "Go": 4})}),
		one("lines-of-code", files{"a.go": "one\ntwo", "b.go": "", "c.go": "\n\n\n", "d.go": "x\r\ny\r\n", "e.bin": "\x00\n\n"},
			check{languages: true, want: lines(m{"Text": 1}, m{"Text": 1, "Go": 7})},
			check{query: "lang:go", want: values(0, 4)}),
		one("no-language", files{"x.unknownext": "TODO\n", "noext": "TODO\n", "data.qqq": strings.Repeat("x\n", 5)},
			check{languages: true, want: lines(m{"Text": 1}, m{"Text": 1, "(unknown)": 7})}),
	}
}
