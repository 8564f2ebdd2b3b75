using System.ComponentModel;
using System.Diagnostics;
using Appliance.Options;

namespace Appliance.Images.Archives;

/// <summary>
/// What a program makes of a file: the file goes to its standard input, its standard output is read. The program ends with
/// this, whatever it was at.
/// </summary>
internal sealed class ProgramStream : ForwardStream
{
    private readonly Process _process;
    private readonly Stream _input;
    private readonly Task<Exception?> _feeding;
    private readonly Task<string> _complaint;

    private ProgramStream(Process process, Stream input)
    {
        _process = process;
        _input = input;
        _feeding = Task.Run(Feed);
        _complaint = process.StandardError.ReadToEndAsync();
    }

    /// <summary>Starts the program. Takes over <paramref name="input"/>.</summary>
    /// <exception cref="IOException">It is not there; the message names its package.</exception>
    public static ProgramStream Start(Stream input, string program, string package, params string[] arguments)
    {
        var start = new ProcessStartInfo(program, arguments)
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        start.Environment["LC_ALL"] = "C.UTF-8";
        try
        {
            return new ProgramStream(Process.Start(start)!, input);
        }
        catch (Win32Exception missing)
        {
            input.Dispose();
            throw new IOException($"unpacking it needs the program {program}: install the package {package}", missing);
        }
    }

    /// <exception cref="InvalidDataException">The program does not take its input.</exception>
    /// <exception cref="IOException">The file could not be read.</exception>
    public override int Read(Span<byte> buffer)
    {
        int count = _process.StandardOutput.BaseStream.Read(buffer);
        if (count == 0 && !buffer.IsEmpty)
        {
            ThrowIfFailed();
        }

        return count;
    }

    protected override void Dispose(bool disposing)
    {
        if (disposing)
        {
            _process.Kill();
            _feeding.Wait();
            _complaint.Wait();
            _process.Dispose();
            _input.Dispose();
        }

        base.Dispose(disposing);
    }

    private void ThrowIfFailed()
    {
        _process.WaitForExit();
        if (_feeding.GetAwaiter().GetResult() is { } unreadable)
        {
            throw new IOException($"it cannot be read: {unreadable.Message}", unreadable);
        }

        if (_process.ExitCode != 0)
        {
            string complaint = _complaint.GetAwaiter().GetResult().Trim();
            throw new InvalidDataException($"{_process.StartInfo.FileName} says: {Printable.Text(complaint)}");
        }
    }

    /// <summary>Returns why the file could not be read; that the program wants no more of it is no failure here.</summary>
    private Exception? Feed()
    {
        byte[] buffer = new byte[64 << 10];
        using Stream program = _process.StandardInput.BaseStream;
        while (true)
        {
            int count;
            try
            {
                count = _input.Read(buffer);
            }
            catch (IOException unreadable)
            {
                return unreadable;
            }

            try
            {
                program.Write(buffer, 0, count);
            }
            catch (IOException)
            {
                return null;
            }

            if (count == 0)
            {
                return null;
            }
        }
    }
}
