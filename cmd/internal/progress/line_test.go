package progress

import (
	"bytes"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/lightningdb/lightning-torture/workloads/torture"
)

// showTwoHours shows two hours of progress, ten times per second, like the lab.
func showTwoHours(p *Line) {
	for elapsed := time.Duration(0); elapsed <= 2*time.Hour; elapsed += 100 * time.Millisecond {
		p.Show(torture.Progress{
			Elapsed: elapsed, Images: int(elapsed.Seconds() * 2000), CrashPoints: 1337, Runs: 41, Unknown: 2,
			Now: "bank × failed-fsync, seed 7",
		})
	}
}

func TestALogFileGetsFewLines(t *testing.T) {
	var b bytes.Buffer
	showTwoHours(&Line{W: &b})
	lines := strings.Split(strings.TrimSpace(b.String()), "\n")
	require.Len(t, lines, 20+119)
	require.Equal(t,
		"torture: elapsed 3s, images 6,000 (2,000/s), crash points 1,337, runs 41, findings 0, unknown 2", lines[0])
	require.Contains(t, lines[len(lines)-1], "elapsed 2h00m, images 14,400,000")
	require.NotContains(t, b.String(), "\x1b")
}

func TestTerminalGetsOneLineThatFits(t *testing.T) {
	var b bytes.Buffer
	p := &Line{W: &b, Width: 60}
	showTwoHours(p)
	p.Clear()
	require.NotContains(t, b.String(), "\n")
	redraws := strings.Split(b.String(), "\r\x1b[K")
	require.LessOrEqual(t, len(redraws), 2*3600*10+2)
	for _, line := range redraws {
		require.LessOrEqual(t, len([]rune(line)), 59)
	}
	require.Empty(t, redraws[len(redraws)-1], "the last output clears the line")
}

func TestWideTerminalSaysWhatIsRunning(t *testing.T) {
	var b bytes.Buffer
	showTwoHours(&Line{W: &b, Width: 200})
	require.Contains(t, b.String(), "unknown 2, now bank × failed-fsync, seed 7")
}

func TestProgressCanBeOff(t *testing.T) {
	var b bytes.Buffer
	p := &Line{W: &b, Width: 80, Off: true}
	showTwoHours(p)
	p.Clear()
	require.Empty(t, b.String())
}

func TestClock(t *testing.T) {
	for want, d := range map[string]time.Duration{
		"0s": 0, "59s": 59999 * time.Millisecond, "1m00s": time.Minute, "3m05s": 185 * time.Second,
		"2h03m": 2*time.Hour + 3*time.Minute + 9*time.Second, "48h00m": 48 * time.Hour,
	} {
		require.Equal(t, want, clock(d))
	}
}
