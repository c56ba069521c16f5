using Velox.Samples.Derivatives;

namespace Velox.OrderBook.Tests;

/// <summary>The sample of samples/derivatives.</summary>
public class DerivativesSampleTests
{
    [Fact]
    public void The_sample_prints_what_its_page_says()
    {
        var output = new StringWriter { NewLine = "\n" };
        DerivativesExample.Run(output);
        string page = File.ReadAllText(Path.Combine(SampleFolder(), "README.md")).ReplaceLineEndings("\n");
        Assert.Contains($"prints\n\n```\n{output}```", page, StringComparison.Ordinal);
        Assert.Contains("Sound: True", output.ToString(), StringComparison.Ordinal);
    }

    private static string SampleFolder()
    {
        for (DirectoryInfo? folder = new(AppContext.BaseDirectory); folder is not null; folder = folder.Parent)
        {
            string sample = Path.Combine(folder.FullName, "samples", "derivatives");
            if (Directory.Exists(sample))
                return sample;
        }

        throw new DirectoryNotFoundException("No folder above the tests has samples/derivatives.");
    }
}
