package past

import (
	"crypto/sha256"
	"fmt"
	"hash"
	"strings"

	"github.com/lightningdb/lightning-torture/engine"
)

// tools reports what every tool says about every file of the store. Entries, records and edits are reported as
// checksums.
func tools(o engine.Options) (string, error) {
	var b strings.Builder
	for _, kind := range []engine.FileKind{engine.TableFile, engine.LogFile, engine.BlobFile, engine.ManifestFile} {
		files, err := engine.StoreFiles("db", kind, o)
		if err != nil {
			return "", err
		}
		for _, file := range files {
			text, err := look(file, kind, o)
			if err != nil {
				return "", err
			}
			fmt.Fprintf(&b, "%s\n", text)
		}
	}
	report, err := engine.VerifyDir("db", o)
	fmt.Fprintf(&b, "%+v\n", report)
	return b.String(), err
}

// look reports what the tool for a kind of file says about a file.
func look(file string, kind engine.FileKind, o engine.Options) (string, error) {
	sum := sha256.New()
	switch kind {
	case engine.TableFile:
		info, err := engine.InspectTable(file, o, func(e engine.Entry) error { return entry(sum, &e) })
		parts := info.Parts
		info.Parts = nil
		var text strings.Builder
		fmt.Fprintf(&text, "%q", fmt.Sprintf("%+v", info))
		for _, p := range parts {
			fmt.Fprintf(&text, "\n  %s %d %d", p.Name, p.Offset, p.Bytes)
			if p.Data != nil {
				fmt.Fprintf(&text, " %s %d %q %q %d", p.Data.Compression, p.Data.PayloadBytes, p.Data.FirstKey, p.Data.LastKey, p.Data.LastSeq)
			}
		}
		return fmt.Sprintf("%s\n  entries %x", &text, sum.Sum(nil)), err
	case engine.LogFile:
		info, err := engine.InspectLog(file, o, func(r engine.LogRecord) error {
			fmt.Fprintf(sum, "%d %d\n", r.Offset, r.Bytes)
			for i := range r.Writes {
				_ = entry(sum, &r.Writes[i])
			}
			return nil
		})
		return fmt.Sprintf("%+v\n  records %x", info, sum.Sum(nil)), err
	case engine.BlobFile:
		info, err := engine.InspectBlobFile(file, o)
		return fmt.Sprintf("%+v", info), err
	default:
		info, err := engine.InspectManifest(file, o, func(e engine.ManifestEdit) error {
			fmt.Fprintf(sum, "%+v\n", e)
			return nil
		})
		return fmt.Sprintf("%q\n  edits %x", fmt.Sprintf("%+v", info), sum.Sum(nil)), err
	}
}

func entry(sum hash.Hash, e *engine.Entry) error {
	fmt.Fprintf(sum, "%d %s %q %q", e.Seq, e.Kind, e.Key, e.Value)
	if e.Blob != nil {
		fmt.Fprintf(sum, " %+v", *e.Blob)
	}
	fmt.Fprintln(sum)
	return nil
}
