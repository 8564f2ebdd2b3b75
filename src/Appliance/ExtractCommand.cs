using System.Runtime.InteropServices;
using Appliance.Boot;
using Appliance.Images;
using Appliance.Images.Archives;
using Appliance.Images.Extraction;
using Appliance.Options;
using Microsoft.Extensions.Logging.Abstractions;

namespace Appliance;

/// <summary>Copies files out of an image into its folder, takes them away again, or unpacks an archive.</summary>
internal static class ExtractCommand
{
    /// <summary>
    /// Says each file and the outcome; exit status 1 when it could not be done, with the reason on <paramref name="errors"/>.
    /// </summary>
    public static async Task<int> RunAsync(ApplianceOptions options, VerbArguments arguments, TextWriter output, TextWriter errors)
    {
        using var stop = new CancellationTokenSource();
        using PosixSignalRegistration terminate = StopOn(PosixSignal.SIGTERM, stop);
        using PosixSignalRegistration interrupt = StopOn(PosixSignal.SIGINT, stop);
        var progress = new FileNames(output);
        try
        {
            string outcome = arguments.Into is { } folder
                ? await UnpackAsync(arguments.Operand!, folder, progress, stop.Token)
                : await ExtractAsync(options, arguments, progress, stop.Token);
            await output.WriteLineAsync(outcome);
            return 0;
        }
        catch (IOException failure)
        {
            await errors.WriteLineAsync($"plugboot: {failure.Message}");
        }
        catch (OperationCanceledException)
        {
            await errors.WriteLineAsync("plugboot: cancelled; nothing was left behind");
        }

        return 1;
    }

    private static async Task<string> UnpackAsync(string archive, string folder, FileNames progress, CancellationToken cancellationToken)
    {
        UnpackedArchive unpacked = await new ArchiveUnpacker().UnpackAsync(archive, folder, progress, cancellationToken);
        string links = unpacked.LinksLeftOut == 0 ? "" : $", {unpacked.LinksLeftOut} links left out";
        return $"{unpacked.Files} files, {unpacked.Bytes} bytes{links}, in {Printable.Text(folder)}";
    }

    private static async Task<string> ExtractAsync(
        ApplianceOptions options, VerbArguments arguments, FileNames progress, CancellationToken cancellationToken)
    {
        using var library = new ImageLibrary(options.Storage, TimeProvider.System, NullLogger<ImageLibrary>.Instance);
        await library.ScanAsync(cancellationToken);
        string name = arguments.Operand!;
        if (!library.Current.TryFind(name, out LibraryImage? image) && !library.Current.TryFindByFile(name, out image))
        {
            throw new IOException($"there is no image {Printable.Text(name)} in {options.Storage.Isos}: plugboot scan lists them");
        }

        var extractor = new ImageExtractor(options.Storage);
        await extractor.SweepAsync(library.Current.Images, cancellationToken);
        string shown = Printable.Text(image.RelativePath);
        if (arguments.Remove)
        {
            bool found = await extractor.RemoveAsync(image, cancellationToken);
            return found ? $"{shown}: removed what was extracted" : $"{shown}: nothing was extracted";
        }

        var menus = ScanCommand.MakeMenus(options, out _, out _);
        menus.Update([image]);
        ExtractionOrder order = (menus.PlanOf(image) is { } plan ? ImageExtraction.Of(image, plan) : null)
            ?? throw new IOException($"{shown} has no kernel that could be extracted: {image.BrokenReason ?? "it is booted as a whole"}");
        return await extractor.ExtractAsync(image, order, progress, cancellationToken)
            ? $"{shown}: extracted {order.Paths.Length} files into {Printable.Text(image.ManualFolder)}"
            : $"{shown}: is extracted already";
    }

    private static PosixSignalRegistration StopOn(PosixSignal signal, CancellationTokenSource stop) =>
        PosixSignalRegistration.Create(signal, context =>
        {
            context.Cancel = true;
            stop.Cancel();
        });

    /// <summary>Writes each file's name when it is begun.</summary>
    private sealed class FileNames(TextWriter output) : IProgress<ExtractionProgress>
    {
        private string _last = "";

        public void Report(ExtractionProgress value)
        {
            if (value.Path.Length > 0 && value.Path != _last)
            {
                _last = value.Path;
                output.WriteLine($"  {Printable.Text(value.Path)}");
            }
        }
    }
}
