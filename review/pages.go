package review

import (
	"bytes"
	"crypto/sha256"
	"embed"
	"encoding/hex"
	"fmt"
	"html/template"
	"log/slog"
	"mime"
	"net/http"
	"path"
	"strings"
	"time"

	"github.com/gin-gonic/gin"

	"sesshu/ledger/slip"
)

//go:embed templates/*.html
var templateFiles embed.FS

//go:embed assets
var assetFiles embed.FS

func loadTemplates() (*template.Template, error) {
	templates, err := template.ParseFS(templateFiles, "templates/*.html")
	if err != nil {
		return nil, fmt.Errorf("review: parse pages: %w", err)
	}
	return templates, nil
}

// view is what every page's template gets.
type view struct {
	Language string
	Person   *slip.Account // nil when nobody is signed in
	Path     string        // of the page itself, for coming back
	Data     map[string]any
	texts    texts
	now      time.Time
}

// T returns the words for a key in the page's language.
func (v *view) T(key string) string { return v.texts.get(v.Language, key) }

// Count returns the words for a key with a number in place of {n}.
func (v *view) Count(key string, n int) string {
	return strings.ReplaceAll(v.T(key), "{n}", fmt.Sprint(n))
}

// Script returns the texts under a prefix, for the page's scripts.
func (v *view) Script(prefix string) map[string]string { return v.texts.under(v.Language, prefix) }

// MayAnswer reports whether the person may do more than look.
func (v *view) MayAnswer() bool { return v.Person != nil && mayAnswer(*v.Person) }

// Age says how long ago something was, in one unit.
func (v *view) Age(then time.Time) string {
	minutes := int(v.now.Sub(then).Minutes())
	switch {
	case then.IsZero() || minutes < 1:
		return v.T("age.now")
	case minutes < 60:
		return v.Count("age.minutes", minutes)
	case minutes < 48*60:
		return v.Count("age.hours", minutes/60)
	}
	return v.Count("age.days", minutes/(24*60))
}

// page renders one page. It is rendered whole before anything is sent, so that a
// fault in a template is an error and not half a page.
func (s *Server) page(c *gin.Context, status int, name string, data map[string]any) {
	shown := &view{Language: language(c), Path: c.Request.URL.Path, Data: data, texts: s.texts, now: s.now()}
	if !backTo.MatchString(shown.Path) {
		shown.Path = "/"
	}
	if _, ok := c.Get(accountKey); ok {
		person := account(c)
		shown.Person = &person
	}
	var rendered bytes.Buffer
	if err := s.templates.ExecuteTemplate(&rendered, name+".html", shown); err != nil {
		s.logger(c).ErrorContext(c.Request.Context(), "page not rendered", slog.String("page", name), slog.Any("error", err))
		http.Error(c.Writer, s.texts.get(shown.Language, "fault.internal"), http.StatusInternalServerError)
		return
	}
	c.Data(status, "text/html; charset=utf-8", rendered.Bytes())
}

// asset is one file of the desk that says nothing about anybody.
type asset struct {
	content   []byte
	mediaType string
	tag       string
}

func loadAssets() (map[string]asset, error) {
	files, err := assetFiles.ReadDir("assets")
	if err != nil {
		return nil, fmt.Errorf("review: list assets: %w", err)
	}
	assets := map[string]asset{}
	for _, file := range files {
		content, err := assetFiles.ReadFile(path.Join("assets", file.Name()))
		if err != nil {
			return nil, fmt.Errorf("review: read asset: %w", err)
		}
		mediaType := mime.TypeByExtension(path.Ext(file.Name()))
		switch path.Ext(file.Name()) { // the system's table may say otherwise
		case ".js":
			mediaType = "text/javascript; charset=utf-8"
		case ".css":
			mediaType = "text/css; charset=utf-8"
		case ".svg":
			mediaType = "image/svg+xml"
		}
		sum := sha256.Sum256(content)
		assets[file.Name()] = asset{content, mediaType, `"` + hex.EncodeToString(sum[:8]) + `"`}
	}
	return assets, nil
}

// asset answers with one of the desk's own files; the browser keeps it but asks
// each time whether it is still the same, so that an update shows at once.
func (s *Server) asset(c *gin.Context) {
	found, ok := s.assets[c.Param("name")]
	if !ok {
		s.fail(c, errNotFound)
		return
	}
	c.Header("Cache-Control", "no-cache")
	c.Header("ETag", found.tag)
	c.Header("Content-Type", found.mediaType)
	http.ServeContent(c.Writer, c.Request, "", time.Time{}, bytes.NewReader(found.content))
}
