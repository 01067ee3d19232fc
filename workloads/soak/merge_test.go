package soak

import (
	"testing"

	"github.com/stretchr/testify/require"
)

func TestAFigureThatGrowsInOneShardIsNotFlat(t *testing.T) {
	t.Parallel()
	flat := func(figure string) Slope { return Slope{Figure: figure, Flat: true, Measurable: true} }
	grows := Slope{Figure: "life.rss", Measurable: true, Sentence: "it grows"}
	short := Slope{Figure: "life.fds", Flat: true, Sentence: "too few to judge"}
	one, two := []Slope{grows, flat("life.fds"), flat("life.heap")}, []Slope{flat("life.rss"), short, flat("life.heap"), flat("life.files")}
	want := []Slope{grows, short, flat("life.heap"), flat("life.files")}
	require.Equal(t, want, worse(one, two))
	require.ElementsMatch(t, want, worse(two, one))
	require.Equal(t, two, worse(nil, two))
}
