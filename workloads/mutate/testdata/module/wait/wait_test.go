package wait

import "testing"

func TestWaits(t *testing.T) {
	var d Disk
	if err := Write(&d); err != nil {
		t.Fatal(err)
	}
	for d.Syncs == 0 { // for ever
	}
}
