package torture

import (
	"cmp"
	"runtime"
	"runtime/debug"
)

const labModule = "github.com/lightningdb/lightning-torture"

// Version returns the version of the lab that this binary was built from, or "(devel)" for a checkout.
func Version() string {
	build, ok := debug.ReadBuildInfo()
	if !ok {
		return "(devel)"
	}
	return versionIn(build)
}

func versionIn(build *debug.BuildInfo) string {
	for _, m := range append([]*debug.Module{&build.Main}, build.Deps...) {
		if m.Path != labModule {
			continue
		}
		if m.Replace != nil {
			m = m.Replace
		}
		return cmp.Or(m.Version, "(devel)")
	}
	return "(devel)"
}

// Commit returns the first 12 digits of the commit of the main module that this binary was built from, followed by "+"
// if files had been modified. It is empty if the binary does not record it, as under go run and go test.
func Commit() string {
	build, ok := debug.ReadBuildInfo()
	if !ok {
		return ""
	}
	return commitIn(build)
}

func commitIn(build *debug.BuildInfo) string {
	revision, changed := "", ""
	for _, s := range build.Settings {
		switch {
		case s.Key == "vcs.revision":
			revision = s.Value[:min(len(s.Value), 12)]
		case s.Key == "vcs.modified" && s.Value == "true":
			changed = "+"
		}
	}
	if revision == "" {
		return ""
	}
	return revision + changed
}

func provenance() Provenance {
	return Provenance{Tool: Version(), Commit: Commit(), GoVersion: runtime.Version(), OS: runtime.GOOS, Arch: runtime.GOARCH, CPUs: runtime.NumCPU()}
}
