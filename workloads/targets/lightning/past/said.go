package past

import (
	"fmt"
	"path"
	"strconv"
	"strings"
)

// said is what is said of a store in which something is wrong.
type said struct {
	what string        // is wrong; one line
	say  func() string // lines that are indented
}

// newest is the store in which something is wrong.
var newest = "v" + strconv.Itoa(versions)

// saying is what is said of damage, by the name of the file that has it.
var saying = map[string]func(store string) ([]said, error){"damaged": damaged, "forged": forged, "repository": repository}

// parts is how many checks a file makes.
const parts = 6

// textOf returns what is said of all that can be wrong.
func textOf(all []said) string {
	var b strings.Builder
	for _, s := range all {
		b.WriteString(s.what + "\n" + s.say())
	}
	return b.String()
}

// again compares a part of what is said with what was.
func again(file string, part int) error {
	text, err := testdata.ReadFile(path.Join("testdata", file+".txt"))
	if err != nil {
		return err
	}
	all, err := saying[file](newest)
	if err != nil {
		return err
	}
	var before []string
	for line := range strings.Lines(string(text)) {
		if !strings.HasPrefix(line, " ") {
			before = append(before, "")
		}
		before[len(before)-1] += line
	}
	if len(all) != len(before) {
		return fmt.Errorf("%w: %s: there are %d that can be wrong, and were %d", ErrDiffers, file, len(all), len(before))
	}
	from, to := len(all)*part/parts, len(all)*(part+1)/parts
	return compare(file, textOf(all[from:to]), strings.Join(before[from:to], ""))
}
