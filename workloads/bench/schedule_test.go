package bench

import (
	"testing"

	"github.com/stretchr/testify/require"
)

func TestTasksShareAProcessIfTheyShareAStore(t *testing.T) {
	o := Options{Works: []string{"get", "put-nosync", "scan", "get-compacted", "rss", "get-missing"}, Goroutines: []int{2, 3}}
	require.Equal(t, []group{
		{{"get", 2}, {"get", 3}, {"scan", 1}, {"get-missing", 2}, {"get-missing", 3}},
		{{"put-nosync", 2}},
		{{"put-nosync", 3}},
		{{"get-compacted", 2}, {"get-compacted", 3}},
		{{"rss", 8}},
	}, groups(&o))
}

func TestEveryEngineIsFirstOnce(t *testing.T) {
	engines := []Engine{{Name: "a"}, {Name: "b"}, {Name: "c"}}
	for round, want := range [][]string{{"a", "b", "c"}, {"b", "c", "a"}, {"c", "a", "b"}, {"a", "b", "c"}} {
		require.Equal(t, want, names(rotated(engines, round)))
	}
}

func TestOptionsNameWhatIsImpossible(t *testing.T) {
	o := Options{
		Engines: []string{"right", "wrnog", "right"}, Works: []string{"gte", "get", "get"}, Goroutines: []int{0, 8, 8},
		Entries: 7, Rounds: -1,
	}
	o.EnsureDefaults(fakes())
	err := o.Validate(fakes())
	require.ErrorIs(t, err, ErrConfig)
	for _, text := range []string{
		`unknown engine "wrnog"; choose one of right, wrong value`, "--engine names right twice",
		`unknown work "gte"; choose one of put-buffered, `, "--work names get twice",
		"--goroutines is 0; give a number from 1 to 1024", "--goroutines names 8 twice",
		"--entries is 7; give a number from 100 to 1000000000", "--rounds is -1; give a number from 1 to 1000",
	} {
		require.ErrorContains(t, err, text)
	}
	var all Options
	all.EnsureDefaults(fakes())
	require.NoError(t, all.Validate(fakes()))
	require.Len(t, all.Works, len(works()))
}
