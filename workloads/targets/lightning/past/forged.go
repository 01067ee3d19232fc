package past

import (
	"github.com/lightningdb/lightning-torture/workloads/targets/lightning/forge"
)

// restarts is the store whose tables have the layout of old stores.
const restarts = "v1"

// forged says what the tools, verification and repair say of each forgery of a store, and of the blocks of an old one, and what the
// repaired store shows.
func forged(name string) (all []said, err error) {
	files, err := filesOf(name)
	if err != nil {
		return nil, err
	}
	old, err := filesOf(restarts)
	if err != nil {
		return nil, err
	}
	say := func(store string, sound map[string][]byte, forgeries []forge.Forgery) {
		for _, f := range forgeries {
			all = append(all, said{store + ", " + f.Name, func() string { return examined(sound, f.Files) }})
		}
	}
	files = forge.Reduced(files)
	say(name, files, forge.Of(files))
	say(restarts, old, forge.Restarts(old))
	return all, nil
}
