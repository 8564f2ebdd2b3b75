using System.Globalization;

namespace Appliance.Fuzz;

/// <summary>
/// Runs a target over numbered cases: as many as it usually has, or <c>PLUGBOOT_FUZZ_CASES</c> (<c>make fuzz</c>). The
/// same number makes the same input, and a failure names it.
/// </summary>
internal static class FuzzCases
{
    public static void Run(int usual, Action<int> target)
    {
        string? wanted = Environment.GetEnvironmentVariable("PLUGBOOT_FUZZ_CASES");
        int cases = wanted is null ? usual : int.Parse(wanted, CultureInfo.InvariantCulture);
        for (int seed = 0; seed < cases; seed++)
        {
            try
            {
                target(seed);
            }
            catch (Exception exception)
            {
                throw new InvalidOperationException($"seed {seed}: {exception.Message}", exception);
            }
        }
    }
}
