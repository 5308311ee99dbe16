package panel

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
	"net/url"
	"path"
	"strings"
	"time"

	"sesshu/scanner"
)

//go:embed templates/*.html
var templateFiles embed.FS

//go:embed assets
var assetFiles embed.FS

func loadTemplates() (*template.Template, error) {
	templates, err := template.ParseFS(templateFiles, "templates/*.html")
	if err != nil {
		return nil, fmt.Errorf("panel: parse pages: %w", err)
	}
	return templates, nil
}

// router is the page's addresses.
func (p *Panel) router() http.Handler {
	mux := http.NewServeMux()
	mux.HandleFunc("GET /{$}", func(w http.ResponseWriter, r *http.Request) { p.page(w, r, "feed", nil) })
	mux.HandleFunc("GET /batches", p.history)
	mux.HandleFunc("GET /batches/{batch}", p.batchReport)
	mux.HandleFunc("GET /events", p.stream)
	mux.HandleFunc("GET /pictures/{batch}/{sequence}", p.showPicture)
	mux.HandleFunc("GET /half", p.showHalf)
	mux.HandleFunc("GET /assets/{name}", p.asset)
	mux.HandleFunc("POST /language", setLanguage)
	if p.config.Practice != nil {
		mux.HandleFunc("GET /practice", p.practiceReport)
		mux.HandleFunc("GET /practice/papers/{number}", p.practicePaper)
	}
	for name, act := range p.deeds() {
		mux.HandleFunc("POST /deeds/"+name, p.perform(act))
	}
	return guard(mux)
}

// view is what every page's template gets.
type view struct {
	Language string
	Path     string
	Station  string
	Practice bool
	Data     any
	texts    texts
}

// T returns the words for a key in the page's language.
func (v *view) T(key string) string { return v.texts.get(v.Language, key) }

// Say returns words in the page's language.
func (v *view) Say(words scanner.Words) string {
	if v.Language == english {
		return words.English
	}
	return words.Japanese
}

// Script returns the texts under a prefix, for the page's scripts.
func (v *view) Script(prefix string) map[string]string { return v.texts.under(v.Language, prefix) }

// Time writes a moment by this computer's clock.
func (v *view) Time(moment time.Time) string { return moment.Local().Format("2006-01-02 15:04") }

// page renders one page whole before anything is sent.
func (p *Panel) page(w http.ResponseWriter, r *http.Request, name string, data any) {
	shown := &view{Language: language(r), Path: r.URL.EscapedPath(), Station: p.config.Name, Practice: p.config.Practice != nil, Data: data, texts: p.texts}
	var rendered bytes.Buffer
	if err := p.templates.ExecuteTemplate(&rendered, name+".html", shown); err != nil {
		p.log.LogAttrs(r.Context(), slog.LevelError, "page not rendered", slog.String("page", name), slog.String("error", err.Error()))
		http.Error(w, shown.T("refused.title"), http.StatusInternalServerError)
		return
	}
	w.Header().Set("Content-Type", "text/html; charset=utf-8")
	_, _ = w.Write(rendered.Bytes()) // the browser may have gone
}

const languageCookie = "sesshu_language"

func language(r *http.Request) string {
	if cookie, err := r.Cookie(languageCookie); err == nil && cookie.Value == english {
		return english
	}
	return japanese
}

// setLanguage switches the language and goes back to the page.
func setLanguage(w http.ResponseWriter, r *http.Request) {
	r.Body = http.MaxBytesReader(w, r.Body, 4<<10)
	chosen := japanese
	if r.PostFormValue("language") == english {
		chosen = english
	}
	http.SetCookie(w, &http.Cookie{Name: languageCookie, Value: chosen, Path: "/", MaxAge: 365 * 24 * 3600,
		HttpOnly: true, SameSite: http.SameSiteStrictMode, Secure: false}) //nolint:gosec // loopback, without TLS
	back := "/"
	if address, err := url.Parse(r.PostFormValue("back")); err == nil && address.Host == "" && address.Scheme == "" &&
		(address.Path == "/batches" || address.Path == "/practice" || strings.HasPrefix(address.Path, "/batches/")) {
		back = address.EscapedPath()
	}
	http.Redirect(w, r, back, http.StatusSeeOther)
}

// asset is one file of the page that says nothing about anybody.
type asset struct {
	content   []byte
	mediaType string
	tag       string
}

func loadAssets() (map[string]asset, error) {
	files, err := assetFiles.ReadDir("assets")
	if err != nil {
		return nil, fmt.Errorf("panel: list assets: %w", err)
	}
	assets := map[string]asset{}
	for _, file := range files {
		content, err := assetFiles.ReadFile(path.Join("assets", file.Name()))
		if err != nil {
			return nil, fmt.Errorf("panel: read asset: %w", err)
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

func (p *Panel) asset(w http.ResponseWriter, r *http.Request) {
	found, ok := p.assets[r.PathValue("name")]
	if !ok {
		http.NotFound(w, r)
		return
	}
	w.Header().Set("Cache-Control", "no-cache")
	w.Header().Set("ETag", found.tag)
	w.Header().Set("Content-Type", found.mediaType)
	http.ServeContent(w, r, "", time.Time{}, bytes.NewReader(found.content))
}
