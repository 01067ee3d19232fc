package skeleton

import (
	"os"
	"path/filepath"
	"regexp"
	"runtime"
	"slices"
	"strings"

	"github.com/lightningdb/lightning-torture/workloads/torture/gotest"
)

// lab is the path of this module.
const lab = "github.com/lightningdb/lightning-torture"

// Hint is a line for a shell in the root of the module, and its purpose.
type Hint struct{ Line, Use string }

// Hints returns what is left to do, in order.
func (s *Skeleton) Hints() []Hint {
	dir := "./" + s.Place.Rel
	if s.Place.Rel == "." {
		dir = "."
	}
	dir = gotest.Quote(dir)
	hints := slices.Concat(bringIn(&s.Place), []Hint{
		{"${EDITOR:-vi} " + gotest.Quote(s.Files[0].Path), "open your store there, and say what it promises"},
		{"go test -run '^TestCrash$' " + dir, "tortures it for about five seconds"},
	})
	if !s.Place.Occupied {
		main := strings.TrimSuffix(dir, "/.") + "/torture"
		hints = append(hints, Hint{"go run " + main + " run", "the same for longer, with a report; \"go run " + main + "\" names the other commands"})
	}
	return hints
}

var requiresLab = regexp.MustCompile(`(?m)^[ \t]*((require|replace)[ \t]+)?` + regexp.QuoteMeta(lab) + `([ \t]|$)`)

// bringIn returns the lines that add the lab to the module: from the checkout from which this program was built, if it
// still exists.
func bringIn(p *Place) []Hint {
	switch {
	case p.Module == lab:
		return nil
	case requiresLab.Match(p.GoMod):
		return []Hint{{"go mod tidy", ""}}
	}
	if dir := checkout(); dir != "" {
		return []Hint{
			{"go mod edit -replace " + lab + "=" + gotest.Quote(dir), "the checkout of the lab"},
			{"go mod tidy", ""},
		}
	}
	return []Hint{{"go get " + lab, ""}, {"go mod tidy", ""}}
}

// checkout returns the directory of the source from which this program was built; "" if that is not a checkout, or is
// gone.
func checkout() string {
	_, file, _, ok := runtime.Caller(0)
	if !ok || !filepath.IsAbs(file) || strings.Contains(file, "@") {
		return "" // built with -trimpath, or from the module cache
	}
	dir := filepath.Dir(filepath.Dir(filepath.Dir(filepath.Dir(filepath.FromSlash(file)))))
	if text, err := os.ReadFile(filepath.Join(dir, "go.mod")); err != nil || modulePath(text) != lab {
		return ""
	}
	return dir
}
