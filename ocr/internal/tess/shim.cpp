#include "shim.h"

#include <cstdint>
#include <cstdlib>
#include <cstring>
#include <memory>
#include <string>
#include <vector>

#include <leptonica/allheaders.h>
#include <tesseract/baseapi.h>
#include <tesseract/resultiterator.h>

// Of libgomp, there when Tesseract was built with OpenMP.
extern "C" void omp_set_max_active_levels(int) __attribute__((weak));

struct tess_engine {
  tesseract::TessBaseAPI api;
};

namespace {

// The word lists stay off: a ticket number or lot is no word, and a dictionary
// makes one character's answer depend on its neighbours. These are read at
// initialisation only. The choice iterations re-run the beam search to name
// alternatives that the raw time steps already hold.
const std::vector<std::string> kNames = {
    "debug_file",        "load_system_dawg",  "load_freq_dawg",
    "load_punc_dawg",    "load_number_dawg",  "load_unambig_dawg",
    "load_bigram_dawg",  "lstm_choice_mode",  "lstm_choice_iterations",
    "classify_enable_learning", "tessedit_do_invert",
};
const std::vector<std::string> kValues = {
    "/dev/null", "0", "0", "0", "0", "0", "0", "2", "0", "0", "0",
};

void put32(std::string &block, uint32_t value) {
  block.append(reinterpret_cast<const char *>(&value), sizeof value);
}

void putFloat(std::string &block, float value) {
  block.append(reinterpret_cast<const char *>(&value), sizeof value);
}

void putText(std::string &block, const char *text) {
  const size_t length = text == nullptr ? 0 : std::strlen(text);
  put32(block, static_cast<uint32_t>(length));
  block.append(text == nullptr ? "" : text, length);
}

void putSteps(std::string &block, tesseract::ResultIterator &it) {
  std::string steps;
  uint32_t count = 0;
  do {
    auto *symbols = it.GetRawLSTMTimesteps();
    if (symbols == nullptr) {
      continue;
    }
    for (const auto &symbol : *symbols) {
      for (const auto &step : symbol) {
        put32(steps, static_cast<uint32_t>(step.size()));
        for (const auto &choice : step) {
          putText(steps, choice.first);
          putFloat(steps, choice.second);
        }
        ++count;
      }
    }
  } while (it.Next(tesseract::RIL_WORD));
  put32(block, count);
  block += steps;
}

void putSymbols(std::string &block, tesseract::ResultIterator &it) {
  std::string symbols;
  uint32_t count = 0;
  do {
    std::unique_ptr<char[]> text(it.GetUTF8Text(tesseract::RIL_SYMBOL));
    if (text == nullptr) {
      continue;
    }
    putText(symbols, text.get());
    putFloat(symbols, it.Confidence(tesseract::RIL_SYMBOL) / 100);
    ++count;
  } while (it.Next(tesseract::RIL_SYMBOL));
  put32(block, count);
  block += symbols;
}

int recognise(tesseract::TessBaseAPI &api, const unsigned char *pixels,
              int width, int height, int stride, int dpi, std::string &block) {
  // Tesseract asks for four threads by name for regions of microseconds, which
  // costs ten times the line's work. With no active level every region stays on
  // this thread; unlike OMP_THREAD_LIMIT this needs no environment.
  if (omp_set_max_active_levels != nullptr) {
    omp_set_max_active_levels(0);
  }
  // Nothing is learnt from a line (classify_enable_learning) and no word list is
  // kept, so there is nothing to clear; ClearAdaptiveClassifier would build the
  // adapted classes of every character anew.
  api.SetPageSegMode(tesseract::PSM_RAW_LINE);
  api.SetImage(pixels, width, height, 1, stride);
  api.SetSourceResolution(dpi);
  if (api.Recognize(nullptr) != 0) {
    return TESS_REFUSED;
  }
  std::unique_ptr<tesseract::ResultIterator> it(api.GetIterator());
  if (it == nullptr) {  // nothing on the line
    put32(block, 0);
    put32(block, 0);
    return TESS_OK;
  }
  putSteps(block, *it);
  it->Begin();
  putSymbols(block, *it);
  return TESS_OK;
}

}  // namespace

extern "C" {

tess_engine *tess_open(const char *data, int size, const char *language) {
  try {
    setMsgSeverity(L_SEVERITY_NONE);  // Leptonica writes to standard error
    auto engine = std::make_unique<tess_engine>();
    if (engine->api.Init(data, size, language, tesseract::OEM_LSTM_ONLY,
                         nullptr, 0, &kNames, &kValues, false, nullptr) != 0) {
      return nullptr;
    }
    return engine.release();
  } catch (...) {
    return nullptr;
  }
}

void tess_close(tess_engine *engine) {
  try {
    if (engine != nullptr) {
      engine->api.End();
      delete engine;
    }
  } catch (...) {
    // End has nothing left to lose; the process must live.
  }
}

int tess_line(tess_engine *engine, const unsigned char *pixels, int width,
              int height, int stride, int dpi, char **out, size_t *length) {
  int code = TESS_EXCEPTION;
  try {
    std::string block;
    code = recognise(engine->api, pixels, width, height, stride, dpi, block);
    if (code == TESS_OK) {
      *out = static_cast<char *>(std::malloc(block.size()));
      if (*out == nullptr) {
        code = TESS_MEMORY;
      } else {
        std::memcpy(*out, block.data(), block.size());
        *length = block.size();
      }
    }
    engine->api.Clear();
  } catch (const std::bad_alloc &) {
    return TESS_MEMORY;
  } catch (...) {
    return TESS_EXCEPTION;
  }
  return code;
}

const char *tess_version(void) { return tesseract::TessBaseAPI::Version(); }

}  // extern "C"
