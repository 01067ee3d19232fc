package past

import (
	"path"
	"strconv"
	"strings"
)

// goldenCase is a case of a golden file: something that is wrong in a store, and what is reported about it.
type goldenCase struct {
	name   string        // one line without indentation
	report func() string // indented lines
}

// newest is the store that the cases damage.
var newest = "v" + strconv.Itoa(versions)

// goldens returns the cases of the golden files, by the name of the file.
var goldens = map[string]func(store string) ([]goldenCase, error){"damaged": damaged, "forged": forged, "repository": repository}

// parts is the number of checks into which the cases of a file are divided.
const parts = 10

// textOf returns the text of cases, as a golden file has it.
func textOf(all []goldenCase) string {
	var b strings.Builder
	for _, c := range all {
		b.WriteString(c.name + "\n" + c.report())
	}
	return b.String()
}

// checkPart compares the reports of a part of the cases with those in the golden file.
func checkPart(file string, part int) error {
	text, err := testdata.ReadFile(path.Join("testdata", file+".txt"))
	if err != nil {
		return err
	}
	all, err := goldens[file](newest)
	if err != nil {
		return err
	}
	var want []string
	for line := range strings.Lines(string(text)) {
		if !strings.HasPrefix(line, " ") {
			want = append(want, "")
		}
		want[len(want)-1] += line
	}
	if len(all) != len(want) {
		return differs("%s: %d cases, want %d", file, len(all), len(want))
	}
	from, to := len(all)*part/parts, len(all)*(part+1)/parts
	return compare(file, textOf(all[from:to]), strings.Join(want[from:to], ""))
}
