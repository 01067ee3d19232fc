package invariant

// Check panics with text if ok is false. The text states the invariant, for example "sst: keys are added in order".
func Check(ok bool, text string) {
	if !ok {
		panic("engine: invariant broken: " + text)
	}
}
