package past

import (
	"github.com/lightningdb/lightning-torture/workloads/targets/lightning/forge"
)

// restarts is the store whose tables have the old layout, with restart points.
const restarts = "v1"

// forged returns a case for each forgery of a store, and for each forgery of a data block in the old layout. A case
// reports what the tools, verification and repair say, and what the repaired store shows.
func forged(name string) (all []goldenCase, err error) {
	files, err := filesOf(name)
	if err != nil {
		return nil, err
	}
	old, err := filesOf(restarts)
	if err != nil {
		return nil, err
	}
	add := func(store string, sound map[string][]byte, forgeries []forge.Forgery) {
		for _, f := range forgeries {
			all = append(all, goldenCase{store + ", " + f.Name, func() string { return examined(sound, f.Files) }})
		}
	}
	files = forge.Reduced(files)
	add(name, files, forge.Of(files))
	add(restarts, old, forge.Restarts(old))
	return all, nil
}
