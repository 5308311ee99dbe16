package virtual

import (
	"bytes"
	"log/slog"
	"net/http"
	"text/template"
)

// snapshot is what ScannerStatus shows.
type snapshot struct {
	State, Adf string
	Jobs       []jobView
}

type jobView struct {
	ID, State, Reason string
	Sent              int
}

// snapshot takes the state, as far as the device admits it.
func (d *Device) snapshot() snapshot {
	d.mu.Lock()
	defer d.mu.Unlock()
	view := snapshot{State: "Idle", Adf: "ScannerAdfLoaded"}
	for i := len(d.jobs) - 1; i >= 0; i-- { // newest first
		job := d.jobs[i]
		view.Jobs = append(view.Jobs, jobView{ID: job.id, State: job.state, Reason: job.reason, Sent: job.sent})
	}
	if d.busy || d.working() {
		view.State = "Processing"
	}
	switch {
	case d.late > 0:
		d.late--
		view.State = "Processing"
		view.Jobs[0].State, view.Jobs[0].Reason = "Processing", "JobScanning"
		view.Adf = "ScannerAdfEmpty"
	case d.adf != "":
		view.State, view.Adf = "Stopped", d.adf
	case d.lying:
		view.Adf = "ScannerAdfEmpty"
	case len(d.feeder) == 0:
		view.Adf = "ScannerAdfEmpty"
	}
	return view
}

var (
	capabilitiesTemplate = template.Must(template.New("capabilities").Parse(`<?xml version="1.0" encoding="UTF-8"?>
<scan:ScannerCapabilities xmlns:scan="http://schemas.hp.com/imaging/escl/2011/05/03" xmlns:pwg="http://www.pwg.org/schemas/2010/12/sm">
  <pwg:Version>2.63</pwg:Version>
  <pwg:MakeAndModel>{{.Model}}</pwg:MakeAndModel>
  <pwg:SerialNumber>VIRTUAL-0001</pwg:SerialNumber>
{{if .Imprinter}}  <sesshu:Imprinter xmlns:sesshu="urn:sesshu:escl">true</sesshu:Imprinter>
{{end}}  <scan:Adf>
    <scan:AdfSimplexInputCaps>{{template "input" .}}</scan:AdfSimplexInputCaps>
    <scan:AdfDuplexInputCaps>{{template "input" .}}</scan:AdfDuplexInputCaps>
    <scan:FeederCapacity>1000</scan:FeederCapacity>
    <scan:AdfOptions>
      <scan:AdfOption>DetectPaperLoaded</scan:AdfOption>
      <scan:AdfOption>MultipickDetection</scan:AdfOption>
      <scan:AdfOption>Duplex</scan:AdfOption>
    </scan:AdfOptions>
  </scan:Adf>
</scan:ScannerCapabilities>
{{define "input"}}
      <scan:MinWidth>16</scan:MinWidth>
      <scan:MaxWidth>{{.Width}}</scan:MaxWidth>
      <scan:MinHeight>16</scan:MinHeight>
      <scan:MaxHeight>{{.Height}}</scan:MaxHeight>
      <scan:MaxOpticalXResolution>{{.Resolution}}</scan:MaxOpticalXResolution>
      <scan:MaxOpticalYResolution>{{.Resolution}}</scan:MaxOpticalYResolution>
      <scan:SettingProfiles>
        <scan:SettingProfile>
          <scan:ColorModes><scan:ColorMode>Grayscale8</scan:ColorMode></scan:ColorModes>
          <scan:DocumentFormats>
            <pwg:DocumentFormat>{{.MediaType}}</pwg:DocumentFormat>
            <scan:DocumentFormatExt>{{.MediaType}}</scan:DocumentFormatExt>
          </scan:DocumentFormats>
          <scan:SupportedResolutions>
            <scan:DiscreteResolutions>
              <scan:DiscreteResolution>
                <scan:XResolution>{{.Resolution}}</scan:XResolution>
                <scan:YResolution>{{.Resolution}}</scan:YResolution>
              </scan:DiscreteResolution>
            </scan:DiscreteResolutions>
          </scan:SupportedResolutions>
        </scan:SettingProfile>
      </scan:SettingProfiles>
    {{end}}`))

	statusTemplate = template.Must(template.New("status").Parse(`<?xml version="1.0" encoding="UTF-8"?>
<scan:ScannerStatus xmlns:scan="http://schemas.hp.com/imaging/escl/2011/05/03" xmlns:pwg="http://www.pwg.org/schemas/2010/12/sm">
  <pwg:Version>2.63</pwg:Version>
  <pwg:State>{{.State}}</pwg:State>
  <scan:AdfState>{{.Adf}}</scan:AdfState>
  <scan:Jobs>{{range .Jobs}}
    <scan:JobInfo>
      <pwg:JobUri>/eSCL/ScanJobs/{{.ID}}</pwg:JobUri>
      <pwg:JobUuid>{{.ID}}</pwg:JobUuid>
      <scan:Age>1</scan:Age>
      <pwg:ImagesCompleted>{{.Sent}}</pwg:ImagesCompleted>
      <pwg:JobState>{{.State}}</pwg:JobState>
      <pwg:JobStateReasons><pwg:JobStateReason>{{.Reason}}</pwg:JobStateReason></pwg:JobStateReasons>
    </scan:JobInfo>{{end}}
  </scan:Jobs>
</scan:ScannerStatus>
`))
)

// capabilityView is what ScannerCapabilities shows: the configuration, with the
// largest region in 1/300 inch.
type capabilityView struct {
	Config
	Width, Height int
}

func (d *Device) capabilityView() capabilityView {
	c := d.config
	return capabilityView{Config: c, Width: c.PixelWidth * 300 / c.Resolution, Height: c.PixelHeight * 300 / c.Resolution}
}

func (d *Device) writeXML(w http.ResponseWriter, document *template.Template, values any) {
	var buffer bytes.Buffer
	if err := document.Execute(&buffer, values); err != nil {
		d.log.Error("virtual scanner: write document", slog.String("error", err.Error()))
		http.Error(w, "internal error", http.StatusInternalServerError)
		return
	}
	w.Header().Set("Content-Type", "text/xml; charset=utf-8")
	_, _ = w.Write(buffer.Bytes()) // the client may go at any time
}
