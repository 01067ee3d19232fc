package litmus_test

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/lightningdb/lightning-torture/faultfs/litmus"
)

const small = `id: L99
title: create, write, fsync
source: fsync(2)
program:
  create f
  write f n 0 600
  fsync f
posix-min:
  nothing
  /f=n600
`

func parse(t *testing.T, text string) litmus.Program {
	t.Helper()
	p, err := litmus.Parse("L99-small.litmus", []byte(text))
	require.NoError(t, err)
	return *p
}

func TestParseExpandsAlternatives(t *testing.T) {
	t.Parallel()
	for line, want := range map[string]litmus.Set{
		"/f=n600":                     {"/f=n600"},
		"/f={n512,.512}+{n88,.88}":    {"/f=.512+n88", "/f=.600", "/f=n512+.88", "/f=n600"},
		"{nothing,/a=} {,/b=}":        {"/a=", "/a= /b=", "/b=", "nothing"},
		"{nothing,/a=} {nothing,/b=}": {"/a=", "/a= /b=", "/b=", "nothing"},
		"{/a,/b}=x1 /c/ /d->{e,f/g}":  {"/a=x1 /c/ /d->e", "/a=x1 /c/ /d->f/g", "/b=x1 /c/ /d->e", "/b=x1 /c/ /d->f/g"},
		"  /d/   /d/f=?1+.2+n3  ":     {"/d/ /d/f=?1+.2+n3"},
		"/f=n1+n2+n3":                 {"/f=n6"},
		"/f={,n1}":                    {"/f=", "/f=n1"},
	} {
		p := parse(t, strings.Replace(small, "  nothing\n  /f=n600\n", "  "+line+"\n", 1))
		got, ok := p.Allowed("posix-min")
		require.True(t, ok)
		require.Equal(t, want, got, line)
	}
}

func TestParseSharesOutcomes(t *testing.T) {
	t.Parallel()
	p := parse(t, small+"xfs, btrfs:\n  /f=n600\next4-ordered: = xfs\n# the end\n")
	require.Equal(t, []string{"posix-min", "xfs", "btrfs", "ext4-ordered"}, p.Profiles())
	for _, profile := range p.Profiles()[1:] {
		got, _ := p.Allowed(profile)
		require.Equal(t, litmus.Set{"/f=n600"}, got)
	}
	_, ok := p.Allowed("f2fs")
	require.False(t, ok)
}

// Every mistake is reported with file, line, the problem and the remedy.
func TestParseReportsMistakes(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct{ old, replacement, want string }{
		"no id":                            {"id: L99\n", "", `10: the file needs an id, a title and a source`},
		"a malformed id":                   {"id: L99", "id: 99", `1: id "99" is not L and two digits`},
		"an id of another file":            {"id: L99", "id: L98", `1: id is L98, but the file is not named L98-WORDS.litmus`},
		"an id twice":                      {"title:", "id: L99\ntitle:", `2: id is given twice; keep one`},
		"an empty title":                   {"create, write, fsync", "", `2: title is empty; write it on the same line`},
		"an empty source":                  {"fsync(2)", " ", `3: source is empty`},
		"no key":                           {"title:", "title", `2: "title create, write, fsync" is neither indented nor KEY: VALUE`},
		"an unknown key":                   {"title:", "titel:", `2: titel: comes before the program; the keys above it are id, title, source, setup`},
		"indented lines outside a section": {"program:", "  create f\nprogram:", `4: "create f" is indented, but belongs to nothing; write setup:`},
		"no program":                       {"program:\n  create f\n  write f n 0 600\n  fsync f\n", "", `4: posix-min: comes before the program`},
		"an empty program":                 {"  create f\n  write f n 0 600\n  fsync f\n", "", `5: posix-min: comes before the program`},
		"a program on the line of its key": {"program:", "program: create f", `4: "create f" follows program: on its line; write the steps below it, indented`},
		"two programs":                     {"posix-min:", "program:\n  create g\nposix-min:", `8: program: comes after the program`},
		"a setup after the program":        {"posix-min:", "setup:\n  create g\nposix-min:", `8: setup: comes after the program`},
		"a setup twice":                    {"program:", "setup:\nsetup:\nprogram:", `5: setup is given twice; keep one`},
		"an unknown step":                  {"fsync f", "sync f", `7: unknown step "sync"; choose one of append, close, create,`},
		"too few arguments":                {"write f n 0 600", "write f n 600", `6: "write f n 600" has 3 arguments; want write NAME LETTER OFFSET LENGTH`},
		"too many arguments":               {"fsync f", "fsync f f", `7: "fsync f f" has 2 arguments; want fsync NAME`},
		"an odd letter":                    {"write f n", "write f nn", `6: LETTER "nn" is not one of a-z, A-Z, in write NAME LETTER OFFSET LENGTH`},
		"an odd number":                    {"0 600", "-1 600", `6: OFFSET "-1" is not a number of bytes up to 1048576`},
		"a huge number":                    {"0 600", "0 1048577", `6: LENGTH "1048577" is not a number of bytes up to`},
		"an absolute path":                 {"create f", "create /f", `5: NAME "/f" is not a path such as d/f`},
		"a path that climbs":               {"create f", "create ../f", `5: NAME "../f" is not a path such as d/f`},
		"a file that is not open":          {"fsync f", "fsync g", `7: g is not open here; create or open it first`},
		"a file that is closed":            {"fsync f", "close f\n  fsync f", `8: f is not open here`},
		"a file opened twice":              {"fsync f", "open f", `7: f is open already; close it first`},
		"a handle of the setup":            {"program:\n  create f", "setup:\n  create f\nprogram:\n  mkdir d", `8: f is not open here`},
		"a setup that observes":            {"program:", "setup:\n  create g\n  read g\nprogram:", `6: read is for the program; a setup observes nothing`},
		"an odd profile":                   {"posix-min:", "Posix:", `8: faultfs: unknown profile "Posix"; choose one of posix-min, ext4-ordered,`},
		"a profile twice":                  {"posix-min:", "xfs, xfs:", `8: profile xfs is given twice; keep one`},
		"like nothing above":               {"posix-min:\n", "posix-min: = xfs\n", `8: "= xfs": there is no such profile above; choose one of`},
		"text after a profile":             {"posix-min:", "posix-min: nothing", `8: "nothing" follows the colon; write = PROFILE there, or outcomes below`},
		"outcomes below a reference to another profile": {"  /f=n600\n", "xfs: = posix-min\n  nothing\n", `11: "nothing" is indented, but belongs to nothing`},
		"no outcomes":                     {"  nothing\n  /f=n600\n", "", `9: profile posix-min has no outcomes`},
		"no profile":                      {"posix-min:\n  nothing\n  /f=n600\n", "", `8: the file has no outcomes; write PROFILE:`},
		"an outcome twice":                {"/f=n600", "/f={n512,n500}+n88\n  /f=n600", `11: "/f=n600" is listed twice`},
		"an outcome that is listed twice": {"/f=n600", "/f={n300+n300,n600}", `10: "/f=n600" is listed twice`},
		"an empty outcome":                {"nothing", "{/f=,}", `9: an outcome without anything on the disk; write nothing`},
		"no notation":                     {"/f=n600", "f=n600", `10: "f=n600" is not /FILE=CONTENT, /DIRECTORY/ or /LINK->TARGET`},
		"no run":                          {"/f=n600", "/f=600", `10: "600" in "600" is not a letter, '.' or '?' and how many bytes of it`},
		"an empty run":                    {"/f=n600", "/f=n0", `10: "n0" in "n0" is not a letter`},
		"unsorted paths":                  {"/f=n600", "/f=n600 /a=", `10: /a= comes after /f=n600; sort the paths, each once`},
		"a path twice":                    {"/f=n600", "/f=n600 /f/", `10: /f/ comes after /f=n600; sort the paths, each once`},
		"an open brace":                   {"/f=n600", "/f={n600", `10: "/f={n600" has a { without a }`},
		"a closing brace":                 {"/f=n600", "/f=n600}", `10: "/f=n600}" has a } without a {`},
		"braces in the wrong order":       {"/f=n600", "/f=}n600{", `10: "/f=}n600{" has a } without a {`},
		"braces in braces":                {"/f=n600", "/f={n1,{n2,n3}}", `10: {n1,{n2,n3} has a { inside; write it out`},
		"too many outcomes":               {"/f=n600", "/f=" + strings.Repeat("{n1,m1}+", 11) + "n1", `10: "/f=`},
		"observations of nobody":          {"/f=n600", "read:n600 | /f=n600", `10: "read:n600 | /f=n600" has 1 observations before a bar; the program makes 0`},
		"no observation":                  {"fsync f", "read f", `9: "nothing" has 0 observations before a bar; the program makes 1`},
		"an odd observation":              {"fsync f\nposix-min:\n  nothing", "read f\nposix-min:\n  saw:n600 | nothing", `9: "saw:n600" is no observation; write fsync:ok, fsync:EIO or read:CONTENT`},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			require.Contains(t, small, test.old, "the row replaces nothing")
			_, err := litmus.Parse("dir/L99-small.litmus", []byte(strings.Replace(small, test.old, test.replacement, 1)))
			require.ErrorIs(t, err, litmus.ErrSyntax)
			require.True(t, strings.HasPrefix(err.Error(), "litmus: bad program: L99-small.litmus:"+test.want), err.Error())
		})
	}
}

// Whatever Parse accepts, it accepts again in the form that State and Outcome write, with the same meaning.
func FuzzParse(f *testing.F) {
	files, err := filepath.Glob("programs/*.litmus")
	require.NoError(f, err)
	for _, name := range files {
		text, err := os.ReadFile(name)
		require.NoError(f, err)
		f.Add(string(text))
	}
	f.Fuzz(func(t *testing.T, text string) {
		p, err := litmus.Parse("L01-fuzz.litmus", []byte(text))
		if err != nil {
			require.ErrorIs(t, err, litmus.ErrSyntax)
			return
		}
		head, _, _ := strings.Cut(text, "\n"+p.Profiles()[0])
		for _, profile := range p.Profiles() {
			outcomes, _ := p.Allowed(profile)
			require.NotEmpty(t, outcomes)
			again, err := litmus.Parse("L01-fuzz.litmus", []byte(head+"\n"+profile+":\n  "+strings.Join(outcomes, "\n  ")))
			require.NoError(t, err)
			same, _ := again.Allowed(profile)
			require.Equal(t, outcomes, same)
		}
	})
}
