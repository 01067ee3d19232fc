package invariant

// Check panics with text if ok is false. The text names the invariant, for example "sst: keys are added in order".
func Check(ok bool, text string) {
	if !ok {
		panic("engine: invariant broken: " + text)
	}
}
