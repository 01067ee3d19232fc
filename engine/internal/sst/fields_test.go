package sst

import (
	"bytes"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/lightningdb/lightning-torture/engine/internal/corrupt"
	"github.com/lightningdb/lightning-torture/engine/internal/key"
)

func TestUnknownPropertiesAreSkippedUnlessRequired(t *testing.T) {
	for name, c := range map[string]struct {
		fields []field
		want   error
	}{
		"none":                    {nil, nil},
		"unknown, not required":   {[]field{{5, []byte("later")}, {0x7f, nil}}, nil},
		"unknown and required":    {[]field{{5, nil}, {0xff, []byte("later")}}, ErrVersion},
		"tags that do not ascend": {[]field{{5, nil}, {4, nil}}, corrupt.Err},
		"one tag twice":           {[]field{{5, nil}, {5, nil}}, corrupt.Err},
	} {
		t.Run(name, func(t *testing.T) {
			var file bytes.Buffer
			w := NewWriter(&file, WriterOptions{})
			w.props.fields = c.fields
			require.NoError(t, w.Add([]byte("k"), key.MakeTrailer(1, key.Set), []byte("value")))
			_, err := w.Finish()
			require.NoError(t, err)
			r, err := Open(bytes.NewReader(file.Bytes()), int64(file.Len()), ReaderOptions{Name: "f"})
			if c.want == nil {
				require.NoError(t, err)
				require.NoError(t, r.Verify())
				return
			}
			require.ErrorIs(t, err, c.want)
		})
	}
}

func TestVersion1HasNoFields(t *testing.T) {
	var p properties
	b := appendFields(p.appendCounts(nil), []field{{5, nil}})
	_, err := decodeProperties(b, 2)
	require.NoError(t, err)
	_, err = decodeProperties(b, 1)
	require.ErrorIs(t, err, errMalformed)
}
